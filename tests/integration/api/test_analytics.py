"""How a hosted video was watched: figures worked out by hand, and a hundred thousand views."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import VideoView
from tests.support.api import Api
from tests.support.parts import Parts

PATH = "/api/v1/videos/hosted"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def watch(parts: Parts, hosted: int, *watched: list[float], **fields: Any) -> None:
    made = {
        "hosted_video_id": hosted, "view_id": str(uuid4()), "started_at": NOON, "watched": [*watched],
        "classification": "viewer", "watched_seconds": 2.0,
    }  # fmt: skip
    parts.add(VideoView(**(made | fields)))


def figures(api: Api, hosted: int, **asked: str) -> dict[str, Any]:
    answer = api.ask("GET", f"{PATH}/{hosted}/analytics", role="viewer", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_retention_of_four_viewers(api: Api, parts: Parts) -> None:
    hosted = parts.hosted(composed_video_id=parts.composed(duration_seconds=6.0))
    for stretch in ([0, 1], [1, 3], [3, 4], [0, 1]):
        watch(parts, hosted, stretch)
    found = figures(api, hosted)
    assert found["retention"] == [50, 75, 25, 50, 25, 0]
    assert found["total_views"] == 4
    assert found["avg_watch_percentage"] == 37.5  # 9 of 24 seconds
    assert found["completion_rate"] == 0


def test_stretches_of_one_view_count_once_and_none_lies_beyond_the_video(api: Api, parts: Parts) -> None:
    hosted = parts.hosted(
        composed_video_id=parts.composed(duration_seconds=9.4)
    )  # ten seconds, begun ones too
    watch(parts, hosted, [0, 4], [2, 6], [2, 2], [8, 30], [40, 50], [6, 3], watched_seconds=20)
    watch(parts, hosted, [-3, 0], [1.9, 2.2], watched_seconds=1.5)
    watch(parts, hosted, [0, 8], watched_seconds=9)
    watch(parts, hosted)
    found = figures(api, hosted)
    assert found["retention"] == [75, 75, 75, 50, 50, 50, 50, 25, 50, 25]
    assert found["completion_rate"] == 50
    assert found["avg_watch_percentage"] == 52.5  # 9 + 3 + 9 + 0 of 40 seconds
    assert found["avg_watch_duration_seconds"] == 8.12


def test_who_watched_and_what_does_not_count(api: Api, parts: Parts) -> None:
    hosted = parts.hosted(composed_video_id=parts.composed())
    other = parts.hosted()
    watch(parts, hosted, [0, 5], viewer_hash="a", country="US", device="desktop")
    watch(parts, hosted, [0, 5], viewer_hash="a", country="US", device="mobile")
    watch(
        parts, hosted, [0, 2], viewer_hash="b", country="GB", device="desktop", classification="unclassified"
    )
    for none in ("scanner", "bot", "prefetch", "own", "something new"):
        watch(parts, hosted, [0, 5], viewer_hash=none, country="RU", device="tv", classification=none)
    watch(parts, other, [0, 5], viewer_hash="c")
    found = figures(api, hosted)
    assert (found["total_views"], found["unique_viewers"]) == (3, 2)
    assert found["top_viewer_countries"] == [{"country": "US", "views": 2}, {"country": "GB", "views": 1}]
    assert found["top_viewer_devices"] == [
        {"device": "desktop", "views": 2},
        {"device": "mobile", "views": 1},
    ]
    assert found["completion_rate"] == 66.67
    assert found["hosted_video_id"] == hosted


def test_days_are_those_of_utc_and_both_included(api: Api, parts: Parts) -> None:
    hosted = parts.hosted(composed_video_id=parts.composed())
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    for at in (midnight - timedelta(seconds=1), midnight, NOON, midnight + timedelta(days=1)):
        watch(parts, hosted, [0, 5], started_at=at)
    counted = {("2026-11-20", "2026-11-20"): 2, ("2026-11-19", "2026-11-20"): 3, ("2026-11-21", None): 1,
               (None, "2026-11-19"): 1, (None, None): 4}  # fmt: skip
    for (first, last), views in counted.items():
        asked = {name: day for name, day in (("from", first), ("to", last)) if day is not None}
        found = figures(api, hosted, **asked)
        assert found["total_views"] == views, asked
        assert found["retention"] == [100] * 6
    reversed_days = {"from": "2026-11-21", "to": "2026-11-20"}
    assert api.ask("GET", f"{PATH}/{hosted}/analytics", params=reversed_days).status_code == 422


def test_nobody_watched_or_the_length_is_not_known(api: Api, parts: Parts) -> None:
    hosted = parts.hosted(composed_video_id=parts.composed())
    found = figures(api, hosted)
    assert (found["total_views"], found["retention"], found["avg_watch_percentage"]) == (0, [], None)
    without = parts.hosted()
    watch(parts, without, [0, 5])
    found = figures(api, without)
    assert (found["total_views"], found["retention"], found["completion_rate"]) == (1, [], None)


def test_another_workspaces_are_not_there(api: Api, database: Database) -> None:
    theirs = Parts(database, api.storage, open_workspace(database, f"other than {api.workspace_id}"))
    assert api.ask("GET", f"{PATH}/{theirs.hosted()}/analytics").status_code == 404


def test_a_hundred_thousand_views_of_ten_minutes_take_about_a_second(api: Api, parts: Parts) -> None:
    hosted = parts.hosted(composed_video_id=parts.composed(duration_seconds=600.0))
    with parts.database.workspace(api.workspace_id) as session:
        session.execute(
            text(
                """
                INSERT INTO video_views (workspace_id, hosted_video_id, view_id, viewer_hash, started_at,
                    watched, watched_seconds, country, device, classification)
                SELECT :workspace, :hosted, gen_random_uuid(), md5((n % 70000)::text), now(),
                    jsonb_build_array(
                        jsonb_build_array(0, n % 300), jsonb_build_array(n % 500, n % 500 + n % 97)
                    ), 1 + n % 600, 'US', 'desktop', 'viewer'
                FROM generate_series(1, 100000) AS n
                """
            ),
            {"workspace": api.workspace_id, "hosted": hosted},
        )
    started = time.process_time()
    found = figures(api, hosted)
    seconds = time.process_time() - started
    assert (found["total_views"], found["unique_viewers"]) == (100_000, 70_000)
    assert len(found["retention"]) == 600 and found["retention"][0] == 100
    assert seconds < 3, f"it took {seconds:.2f} s of this process"  # 0.6 where little else runs
