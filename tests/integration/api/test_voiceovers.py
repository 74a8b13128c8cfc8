"""Voiceovers over HTTP, and what a day's speaking cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import Video, Voiceover, VoiceoverUsage
from tests.support.api import Api
from tests.support.parts import Parts

PATH = "/api/v1/videos/voiceovers"


def test_a_voiceover_is_shown_with_every_field(api: Api, parts: Parts) -> None:
    script = parts.script()
    voiceover = parts.voiceover(video_script_id=script)
    shown = api.ask("GET", f"{PATH}/{voiceover}").json()
    assert shown.items() >= {
        "id": voiceover, "video_script_id": script, "lead_id": None, "voice_preset": "technical",
        "voice_settings": {"stability": 0.5}, "voice_id": "x", "voice_name": "Tim", "format": "mp3",
        "audio_file_path": f"voiceovers/{api.workspace_id}/{voiceover}.mp3", "duration_seconds": 8.5,
        "characters_processed": 450, "cost_usd": 0.135, "status": "completed", "reason": None,
    }.items()  # fmt: skip
    being = parts.add(Voiceover(voice_preset="technical"))
    shown = api.ask("GET", f"{PATH}/{being}").json()
    assert (shown["status"], shown["cost_usd"], shown["audio_file_path"]) == ("processing", None, None)


def test_lists_are_narrowed(api: Api, parts: Parts) -> None:
    script, lead = parts.script(), parts.lead()
    spoken, other = parts.voiceover(video_script_id=script), parts.voiceover(lead_id=lead, status="failed")
    for asked, found in (
        ({"video_script_id": script}, [spoken]), ({"lead_id": lead}, [other]),
        ({"status": "failed"}, [other]),
        ({"sort": "id"}, [spoken, other]),
    ):  # fmt: skip
        assert [item["id"] for item in api.ask("GET", PATH, params=asked).json()["items"]] == found


def test_deleted_it_is_gone_with_its_file(api: Api, parts: Parts) -> None:
    voiceover = parts.voiceover()
    run = parts.run("voiceover", voiceover)
    composed = parts.composed(voiceover_id=voiceover)
    answer = api.ask("DELETE", f"{PATH}/{voiceover}")
    assert answer.status_code == 409
    assert answer.json()["detail"] == f"composed video {composed} plays it: delete that first"
    assert api.ask("DELETE", f"/api/v1/videos/composed/{composed}").status_code == 204
    assert api.ask("DELETE", f"{PATH}/{voiceover}").status_code == 204
    assert [*parts.storage.keys("voiceovers/")] == []
    assert parts.get(Video, run) is None


def use(parts: Parts, day: date, model: str = "m", **counted: int | str) -> None:
    zeros = {"characters": 0, "cost_usd": 0, "calls": 0, "cache_hits": 0, "saved_usd": 0}
    parts.add(VoiceoverUsage(day=day, model=model, **(zeros | counted)))


def test_usage_is_summed_by_day(api: Api, parts: Parts) -> None:
    today = datetime.now(UTC).date()
    use(parts, today, "a", characters=100, cost_usd="0.03", calls=2)
    use(parts, today, "b", characters=50, cost_usd="0.01", calls=1, cache_hits=4, saved_usd="0.2")
    use(parts, today - timedelta(days=29), characters=7, cost_usd="0.0021", calls=1)
    use(parts, today - timedelta(days=30), characters=1000, cost_usd="9", calls=1)
    report = api.ask("GET", f"{PATH}/usage", role="finance").json()
    assert report == {
        "first_day": str(today - timedelta(days=29)), "last_day": str(today),
        "days": [
            {"day": str(today - timedelta(days=29)), "characters": 7, "cost_usd": 0.0021, "calls": 1,
             "cache_hits": 0, "saved_usd": 0.0},
            {"day": str(today), "characters": 150, "cost_usd": 0.04, "calls": 3, "cache_hits": 4,
             "saved_usd": 0.2},
        ],
        "characters": 157, "cost_usd": 0.0421, "calls": 4, "cache_hits": 4, "saved_usd": 0.2,
    }  # fmt: skip
    last = str(today - timedelta(days=30))
    older = api.ask("GET", f"{PATH}/usage", role="admin", params={"from": last, "to": last}).json()
    assert (older["characters"], older["cost_usd"]) == (1000, 9.0)
    none = api.ask("GET", f"{PATH}/usage", role="admin", params={"from": "2020-01-01", "to": "2020-01-02"})
    assert (none.json()["days"], none.json()["cost_usd"]) == ([], 0.0)


@pytest.mark.parametrize(
    "asked",
    [{"from": "2026-02-01", "to": "2026-01-31"}, {"from": "2020-01-01", "to": "2026-01-31"}, {"to": "x"}],
)
def test_usage_of_no_period_is_refused(api: Api, asked: dict[str, str]) -> None:
    assert api.ask("GET", f"{PATH}/usage", role="finance", params=asked).status_code == 422


def test_another_workspaces_are_not_there(api: Api, database: Database) -> None:
    other = Parts(database, api.storage, open_workspace(database, f"other than {api.workspace_id}"))
    theirs = other.voiceover()
    use(other, datetime.now(UTC).date(), characters=5, cost_usd=Decimal(1))  # type: ignore[arg-type]
    for method, path in (("GET", ""), ("GET", "/audio"), ("DELETE", "")):
        assert api.ask(method, f"{PATH}/{theirs}{path}").status_code == 404
    assert api.ask("GET", f"{PATH}/usage", role="finance").json()["characters"] == 0
