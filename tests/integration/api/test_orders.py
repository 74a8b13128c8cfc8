"""Orders of single parts: begun once, waited for where that is short, refused where something is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.database.models import Video, VideoScript
from tests.support.api import Api
from tests.support.parts import Parts

PATH = "/api/v1/videos"
PAGE = "https://acme.example/"


class Playing:
    """The port `Executions`; what it starts, it plays at once."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, dict[str, Any]]] = []
        self.play: Callable[[dict[str, Any]], None] = lambda value: None

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        if (machine, name, value) not in self.started:
            self.started.append((machine, name, value))
            self.play(value)


@pytest.fixture
def runs(api: Api) -> Playing:
    playing = Playing()
    api.tools.__dict__["executions"] = playing
    return playing


def write(api: Api, value: dict[str, Any]) -> None:
    """As the script step does."""
    with api.tools.database.workspace(value["workspace_id"]) as session:
        script = session.get_one(VideoScript, session.get_one(Video, value["video_id"]).video_script_id)
        script.status, script.ai_model_used = "completed", "offline"


def test_a_recording_is_begun_with_the_page_of_its_lead(api: Api, runs: Playing, parts: Parts) -> None:
    lead = parts.lead()
    asked = {"lead_id": lead, "url_recorded": PAGE + "?name={name}", "resolution": "1280x720"}
    answer = api.ask("POST", f"{PATH}/recordings/start", json=asked)
    assert answer.status_code == 202, answer.text
    recording = answer.json()
    assert (recording["status"], recording["lead_id"]) == ("recording", lead)
    assert recording["url_recorded"] == PAGE + "?name=Ana%20Silva"
    assert answer.headers["location"] == f"{PATH}/recordings/{recording['id']}"
    [(machine, _, value)] = runs.started
    assert machine == "recording" and api.storage.exists(f"{value['page_job']}/job.json")
    assert api.ask("GET", answer.headers["location"]).json() == recording
    assert api.ask("GET", PATH).json()["items"] == []


def test_a_script_is_waited_for(api: Api, runs: Playing, parts: Parts) -> None:
    runs.play = lambda value: write(api, value)
    headers = {"Idempotency-Key": "script 1"}
    asked = {"lead_id": parts.lead(), "total_duration_seconds": 30, "key_messages": ["Easy"]}
    answer = api.ask("POST", f"{PATH}/scripts/generate", json=asked, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (201, "completed"), answer.text
    again = api.ask("POST", f"{PATH}/scripts/generate", json=asked, headers=headers)
    assert (again.status_code, again.json()) == (201, answer.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert len(runs.started) == 1


def test_nobody_waits_who_does_not_want_to(api: Api, runs: Playing, parts: Parts) -> None:
    asked = {"lead_id": parts.lead()}
    headers = {"Prefer": "respond-async, wait=5", "Idempotency-Key": "later"}
    for _ in range(2):
        answer = api.ask("POST", f"{PATH}/scripts/generate", json=asked, headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (202, "processing"), answer.text
        assert answer.headers["retry-after"] == "2"
    assert len(runs.started) == 1


def test_while_one_waits_another_is_told_so(
    api: Api, runs: Playing, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, headers = {"lead_id": parts.lead()}, {"Idempotency-Key": "both"}
    seen: list[int] = []

    def meanwhile(value: dict[str, Any]) -> None:
        seen.append(api.ask("POST", f"{PATH}/scripts/generate", json=asked, headers=headers).status_code)
        write(api, value)

    runs.play = meanwhile
    assert api.ask("POST", f"{PATH}/scripts/generate", json=asked, headers=headers).status_code == 201
    assert seen == [409]


def test_what_it_is_made_of_has_to_be_there(api: Api, runs: Playing, parts: Parts) -> None:
    lead, other = parts.lead(), parts.lead()
    script = parts.script(lead_id=lead, status="processing")
    written, rejected = parts.script(lead_id=lead), parts.script(is_approved="rejected")
    recorded, page = parts.recording(), {"lead_id": lead, "url_recorded": PAGE}
    refused = [
        ("voiceovers/synthesize", {"video_script_id": script}, 409, "not there yet"),
        ("voiceovers/synthesize", {"video_script_id": 2**31 - 1}, 404, "no script"),
        ("voiceovers/synthesize", {"video_script_id": written, "lead_id": other}, 422, "lead"),
        ("voiceovers/synthesize", {"video_script_id": rejected}, 409, "rejected"),
        ("host", {"composed_video_id": parts.composed(status="failed")}, 409, "of no use"),
        ("host", {"composed_video_id": parts.composed(), "hosting_provider": "loom"}, 422, "upload"),
        ("compose", {"screen_recording_id": recorded, "voiceover_id": parts.voiceover()}, 409, "record"),
        ("recordings/start", {"lead_id": lead}, 422, "url"),
        ("recordings/start", page | {"url_recorded": "http://127.0.0.1:9001/"}, 422, "9001"),
        ("recordings/start", page | {"resolution": "161x161"}, 422, "resolution"),
    ]  # fmt: skip
    for path, asked, status, said in refused:
        answer = api.ask("POST", f"{PATH}/{path}", json=asked)
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert runs.started == []


def test_a_dry_run_says_what_it_costs_and_starts_nothing(api: Api, runs: Playing, parts: Parts) -> None:
    asked = {"name": "Ana", "company": "Acme", "url": PAGE, "dry_run": True}
    answer = api.ask("POST", PATH, json=asked)
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert plan["cost_usd"]["low"] <= plan["cost_usd"]["likely"] <= plan["cost_usd"]["high"]
    assert plan["seconds"]["likely"] > 0 and {step["basis"] for step in plan["steps"]} == {"assumed"}
    assert [step["name"] for step in plan["steps"]][:2] == ["check_page", "script"]
    longer = api.ask("POST", PATH, json=asked | {"duration_seconds": 300}).json()
    assert longer["cost_usd"]["likely"] > plan["cost_usd"]["likely"]
    assert runs.started == [] and api.ask("GET", "/api/v1/leads").json()["items"] == []
    assert [*api.storage.keys("recordings/")] == []
    assert api.ask("POST", PATH, json=asked | {"url": "http://10.0.0.1:9/"}).status_code == 422


def test_files_of_another_workspace_are_not_shown(api: Api, runs: Playing) -> None:
    theirs = f"uploads/{api.workspace_id + 1}/{'0' * 64}.png"
    api.storage.put(theirs, b"x")
    styling = {"branding": {"logo_path": theirs}}
    answer = api.ask("POST", PATH, json={"name": "Ana", "company": "Acme", "url": PAGE, "styling": styling})
    assert answer.status_code == 422 and "logo_path" in answer.json()["detail"]


def test_nothing_is_spoken_that_the_workspace_wants_approved(api: Api, runs: Playing, parts: Parts) -> None:
    script = parts.script(lead_id=parts.lead())
    rules = {"approve_scripts": True}
    assert api.ask("PATCH", "/api/v1/workspace", role="owner", json=rules).status_code == 200
    asked, headers = {"video_script_id": script}, {"Prefer": "respond-async"}
    answer = api.ask("POST", f"{PATH}/voiceovers/synthesize", json=asked, headers=headers)
    assert (answer.status_code, "approve" in answer.json()["detail"]) == (409, True)
    assert api.ask("PATCH", f"{PATH}/scripts/{script}", json={"is_approved": "approved"}).status_code == 200
    answer = api.ask("POST", f"{PATH}/voiceovers/synthesize", json=asked, headers=headers)
    assert answer.status_code == 202, answer.text
