"""Log files become rows of views: once, in any order, and only of what they may."""

from __future__ import annotations

import random
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.accounts import open_workspace
from shared.analytics import VIEW_LOGS, ingest_views
from shared.analytics.ingesting import UNREADABLE, NoHashKey
from shared.database import Database
from shared.database.models import HostedVideo
from shared.workflow import Tools
from tests.integration.analytics.conftest import CHROME, NOON, Watched, line
from tests.support.parts import Parts

ANA, BEN = "a" * 32, "b" * 32
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def test_the_beacons_of_a_view_are_one_row(watched: Watched) -> None:
    hosted, slug = watched.video(seconds=19.6)
    watched.listen()
    changed = watched.ingest(
        line(slug, ANA, at=0, country="DE"),
        line(slug, ANA, "0-9", at=10, country="DE"),
        line(slug, ANA, "10-12.18-25", at=20, country="DE"),
    )
    row = watched.row(hosted)
    assert changed == 1
    assert row["watched"] == [[0, 12], [18, 19]]
    assert (row["watched_seconds"], row["started_at"]) == (15, NOON)
    assert (row["country"], row["device"], row["classification"]) == ("DE", "desktop", "viewer")
    assert "192.0.2.7" not in str(row)
    assert watched.counted(hosted) == (1, 1)
    found = watched.analytics(hosted)
    assert (found.total_views, found.avg_watch_percentage) == (1, 75.0)
    [told] = watched.told()
    video = watched.parts.get(HostedVideo, hosted)
    assert told == {
        "hosted_video_id": hosted, "lead_id": video.lead_id, "share_url": video.share_url,
        "view_id": row["view_id"], "started_at": "2026-11-20T12:00:00Z",
    }  # fmt: skip


def test_files_in_any_order_and_any_number_give_the_same_rows(watched: Watched) -> None:
    """Views that change their address and agent on the way, cut into files at random, each read twice."""
    videos = [watched.video(seconds=40) for _ in range(2)]
    watched.listen()
    draw = random.Random(7)
    said = [
        (video, view, f"{(begin := draw.randrange(45))}-{begin + draw.randrange(9)}", draw.randrange(600),
         draw.choice(["192.0.2.7", "192.0.2.8"]), draw.choice([CHROME, IPHONE]))
        for video in range(2) for view in (ANA, BEN, "c" * 32) for _ in range(12)
    ]  # fmt: skip
    first: list[object] = []
    for _ in range(4):
        again = [watched.video(seconds=40) for _ in videos]
        lines = [
            line(again[video][1], view, stretch, at=at, address=address, agent=agent)
            for video, view, stretch, at, address, agent in said
        ]
        draw.shuffle(lines)
        keys = [lines[cut : cut + 7] for cut in range(0, len(lines), 7)]
        for some in [*keys, *keys[::-1]]:
            watched.ingest(*some, some[0])
        rows = [
            sorted(
                (
                    row["started_at"],
                    row["watched"],
                    row["watched_seconds"],
                    row["device"],
                )
                for row in watched.rows(hosted)
            )
            for hosted, _ in again
        ]
        assert [watched.counted(hosted)[0] for hosted, _ in again] == [3, 3]
        first = first or rows
        assert rows == first
    assert len(watched.told()) == 4 * 6


def test_it_is_told_when_a_second_was_seen_and_not_before(watched: Watched) -> None:
    hosted, slug = watched.video()
    watched.listen()
    watched.ingest(line(slug, ANA))
    assert (watched.counted(hosted), watched.told()) == ((0, 0), [])
    assert watched.analytics(hosted).total_views == 0
    watched.ingest(line(slug, ANA, "0-0", at=2))
    watched.ingest(line(slug, ANA, "1-9", at=10))
    assert watched.counted(hosted) == (1, 1)
    assert watched.row(hosted)["started_at"] == NOON
    assert len(watched.told()) == 1


def test_a_file_is_read_once_and_deleted_then(watched: Watched) -> None:
    hosted, slug = watched.video()
    key = watched.put(line(slug, ANA, "0-9"))
    event = {"detail-type": "Object Created", "source": "aws.s3", "detail": {"object": {"key": key}}}
    assert ingest_views(event, watched.tools) == {"files": 1, "views": 1}
    assert not watched.tools.storage.exists(key)
    assert ingest_views(event, watched.tools) == {"files": 0, "views": 0}
    assert watched.ingest(line(slug, ANA, "0-9"), line(slug, ANA, "3-4", at=9)) == 0
    assert len(watched.rows(hosted)) == 1


def test_who_is_no_person_is_kept_and_does_not_count(watched: Watched) -> None:
    hosted, slug = watched.video()
    watched.listen()
    watched.ingest(line(slug, ANA, "0-9", agent=BOT))
    watched.ingest(line(slug, BEN, "0-9").replace(b"w=0-9", b"w=0-9&a=1"))
    assert {row["classification"] for row in watched.rows(hosted)} == {"bot"}
    assert all(row["classification_reason"] for row in watched.rows(hosted))
    assert (watched.counted(hosted), watched.told()) == ((0, 0), [])


def test_viewers_are_told_apart_within_a_video_and_not_across(watched: Watched) -> None:
    (hosted, slug), (other, other_slug) = watched.video(), watched.video()
    watched.ingest(
        line(slug, ANA, "0-9"),
        line(slug, BEN, "0-9"),
        line(slug, "c" * 32, "0-9", address="192.0.2.8"),
        line(other_slug, ANA, "0-9"),
    )
    assert (watched.counted(hosted), watched.counted(other)) == ((3, 2), (1, 1))
    hashes = {row["viewer_hash"] for row in watched.rows(hosted)}
    assert watched.row(other)["viewer_hash"] not in hashes
    ids = {row["view_id"] for video in (hosted, other) for row in watched.rows(video)}
    assert len(ids) == 4  # a name that two videos' pages give is not the same view


@pytest.mark.parametrize(
    "fields", [{"analytics_enabled": False}, {"status": "deleting"}, {"status": "processing"}]
)
def test_a_video_that_is_not_counted(watched: Watched, fields: dict[str, object]) -> None:
    hosted, slug = watched.video(**fields)
    watched.listen()
    assert watched.ingest(line(slug, ANA, "0-9")) == 0
    assert (watched.rows(hosted), watched.told()) == ([], [])


def test_forged_lines_leave_nothing(watched: Watched) -> None:
    hosted, slug = watched.video()
    good = line(slug, ANA, "0-9")
    forged = [
        line("nobody-has-it", ANA, "0-9"),
        line("x' OR 1=1 --", ANA, "0-9"),
        line(f"{slug},other", ANA, "0-9"),
        line(slug, BEN, "0-86399"),
        line(slug, BEN, "9-0"),
        line(slug, "not-a-view", "0-9"),
        line(slug, BEN, "0-9", status="403"),
        line(slug, BEN, "0-9", path="/media/b"),
        b"\x00\xff not a line\n",
        good[:60],
    ]
    assert watched.ingest(*forged[:-1], good, forged[-1]) == 1
    assert watched.row(hosted)["watched"] == [[0, 9]]


def test_what_is_no_log_is_moved_aside(watched: Watched) -> None:
    key, elsewhere = f"{VIEW_LOGS}broken.gz", "videos/1/secret.gz"
    watched.tools.storage.put(key, b"no gzip")
    watched.tools.storage.put(elsewhere, b"not ours to read")
    assert ingest_views({"keys": [key, elsewhere]}, watched.tools) == {"files": 0, "views": 0}
    assert [*watched.tools.storage.keys(VIEW_LOGS)] == []
    assert watched.tools.storage.get(f"{UNREADABLE}broken.gz") == b"no gzip"
    assert watched.tools.storage.exists(elsewhere)


def test_a_file_of_two_workspaces(watched: Watched, database: Database) -> None:
    other = Watched(
        Parts(database, watched.tools.storage, open_workspace(database, f"other {uuid4()}")), watched.tools
    )
    (mine, my_slug), (theirs, their_slug) = watched.video(), other.video()
    assert watched.ingest(line(my_slug, ANA, "0-9"), line(their_slug, BEN, "0-4")) == 2
    assert watched.row(mine)["watched"] == [[0, 9]]
    assert other.row(theirs)["watched"] == [[0, 4]]
    assert watched.rows(theirs) == []


def test_a_transaction_sees_the_slugs_that_it_names_and_no_others(
    watched: Watched, database: Database
) -> None:
    _, slug = watched.video()
    watched.video()
    count = text("SELECT count(*) FROM hosted_videos")
    with database.transaction() as session:
        assert session.scalar(count) == 0
        session.execute(text("SELECT set_config('leadreel.slugs', :slugs, true)"), {"slugs": f"{slug},x"})
        assert session.scalar(count) == 1
        assert session.execute(text("UPDATE hosted_videos SET title = 'theirs'")).rowcount == 0  # type: ignore[attr-defined]
    with database.transaction() as session:
        assert session.scalar(count) == 0


def test_counting_does_not_look_like_an_edit(watched: Watched) -> None:
    hosted, slug = watched.video()
    before = watched.parts.get(HostedVideo, hosted).updated_at
    watched.ingest(line(slug, ANA, "0-9"))
    row = watched.parts.get(HostedVideo, hosted)
    assert (row.view_count, row.updated_at) == (1, before)


def test_without_a_key_nothing_is_read(watched: Watched) -> None:
    tools = Tools(watched.tools.settings.model_copy(update={"secrets_key": None}), watched.tools.storage)
    key = watched.put(line("x", ANA, "0-9"))
    with pytest.raises(NoHashKey):
        ingest_views({"keys": [key]}, tools)
    assert tools.storage.exists(key)
