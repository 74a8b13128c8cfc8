"""Scripts over HTTP: read, edited, approved, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import VideoScript, VideoScriptVersion
from tests.support.api import Api
from tests.support.parts import CLOSING, SECTION, Parts

PATH = "/api/v1/videos/scripts"
SHOWN = [{name: section[name] for name in section if name != "passages"} for section in (SECTION, CLOSING)]


def test_a_script_is_shown_with_every_field(api: Api, parts: Parts) -> None:
    script = parts.script(target_audience="founders", ai_model_used="openai/gpt-4o", ai_cost="0.12")
    shown = api.ask("GET", f"{PATH}/{script}").json()
    assert shown.items() >= {
        "id": script, "lead_id": None, "script_style": "professional", "sections": SHOWN,
        "total_duration_seconds": 10.0, "target_audience": "founders", "key_messages": ["Easy"],
        "ai_model_used": "openai/gpt-4o", "ai_cost": 0.12, "is_approved": "pending", "version": 1,
        "status": "completed", "reason": None, "language": "en",
    }.items()  # fmt: skip
    being = parts.script(status="processing", sections=[], ai_cost=None, ai_model_used=None)
    shown = api.ask("GET", f"{PATH}/{being}").json()
    assert (shown["sections"], shown["ai_cost"], shown["status"]) == ([], None, "processing")


def test_lists_are_narrowed(api: Api, parts: Parts) -> None:
    approved, pending = parts.script(is_approved="approved"), parts.script(lead_id=parts.lead())
    for asked, found in (
        ({"is_approved": "approved"}, [approved]), ({"status": "completed"}, [pending, approved]),
        ({"lead_id": parts.get(VideoScript, pending).lead_id}, [pending]), ({"status": "failed"}, []),
        ({"sort": "created_at"}, [approved, pending]),
    ):  # fmt: skip
        assert [item["id"] for item in api.ask("GET", PATH, params=asked).json()["items"]] == found


def test_an_edit_makes_a_version_that_nobody_approved(api: Api, parts: Parts) -> None:
    script = parts.script(is_approved="approved")
    tag = api.ask("GET", f"{PATH}/{script}").headers["etag"]
    edit = {"sections": [{"index": 1, "content": "Call me  on\nTuesday."}]}
    answer = api.ask("PATCH", f"{PATH}/{script}", json=edit, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert (changed["version"], changed["is_approved"]) == (2, "pending")
    assert changed["sections"] == [SHOWN[0], SHOWN[1] | {"content": "Call me on Tuesday."}]
    assert changed == api.ask("GET", f"{PATH}/{script}").json()
    assert api.ask("PATCH", f"{PATH}/{script}", json=edit, headers={"If-Match": tag}).status_code == 412

    whole = {"sections": [{"title": "Hello"}, {}], "is_approved": "approved"}
    changed = api.ask("PATCH", f"{PATH}/{script}", json=whole).json()
    assert (changed["version"], changed["is_approved"]) == (3, "approved")
    assert [section["title"] for section in changed["sections"]] == ["Hello", "Closing"]

    versions = api.ask("GET", f"{PATH}/{script}/versions").json()["items"]
    assert [version["version"] for version in versions] == [2, 1]
    assert versions[1]["sections"] == SHOWN and versions[1]["is_approved"] == "approved"
    assert versions[0]["author"] == f"member@{api.workspace_id}"


def test_it_is_approved_or_rejected_without_a_new_version(api: Api, parts: Parts) -> None:
    script = parts.script()
    for approval in ("approved", "rejected", "pending"):
        changed = api.ask("PATCH", f"{PATH}/{script}", json={"is_approved": approval}).json()
        assert (changed["is_approved"], changed["version"]) == (approval, 1)
    assert api.ask("PATCH", f"{PATH}/{script}", json={}).json()["version"] == 1


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"sections": [{"content": "One."}]}, "has 2, and 1 came"),
        ({"sections": [{"index": 2, "content": "One."}]}, "none of index 2"),
        ({"sections": [{"index": 0, "content": "One."}, {"content": "Two."}]}, "each has its index"),
        ({"sections": [{"index": 0, "content": "1"}, {"index": 0, "content": "2"}]}, "is there twice"),
        ({"sections": [{"index": 0, "content": ""}]}, "content"),
        ({"sections": [{"index": 0, "scene_type": "demo"}]}, "scene_type"),
        ({"is_approved": "maybe"}, "is_approved"),
        ({"style": "casual"}, "style"),
    ],
)
def test_an_edit_that_does_not_fit_changes_nothing(
    api: Api, parts: Parts, edit: dict[str, Any], said: str
) -> None:
    script = parts.script()
    answer = api.ask("PATCH", f"{PATH}/{script}", json=edit)
    assert answer.status_code == 422 and said in answer.text
    assert parts.get(VideoScript, script).version == 1


def test_one_that_is_being_written_can_not_be_edited(api: Api, parts: Parts) -> None:
    script = parts.script(status="processing", sections=[])
    answer = api.ask("PATCH", f"{PATH}/{script}", json={"is_approved": "approved"})
    assert answer.status_code == 409
    waiting = parts.script(status="waiting_approval")
    edit = {"sections": [{"index": 0, "title": "Hello"}]}
    assert api.ask("PATCH", f"{PATH}/{waiting}", json=edit).status_code == 200


def test_deleted_it_is_gone_with_its_versions(api: Api, parts: Parts) -> None:
    script = parts.script()
    parts.run("script", script)
    api.ask("PATCH", f"{PATH}/{script}", json={"sections": [{"index": 0, "title": "Hello"}]})
    voiceover = parts.voiceover(video_script_id=script)
    answer = api.ask("DELETE", f"{PATH}/{script}")
    assert answer.status_code == 409
    assert answer.json()["detail"] == f"voiceover {voiceover} speaks it: delete that first"
    assert api.ask("DELETE", f"/api/v1/videos/voiceovers/{voiceover}").status_code == 204
    assert api.ask("DELETE", f"{PATH}/{script}").status_code == 204
    assert api.ask("GET", f"{PATH}/{script}").status_code == 404
    with parts.database.workspace(api.workspace_id) as session:
        assert session.query(VideoScriptVersion).count() == 0


def test_another_workspaces_are_not_there(api: Api, database: Database) -> None:
    other = open_workspace(database, f"other than {api.workspace_id}")
    theirs = Parts(database, api.storage, other).script()
    for method, path in (("GET", ""), ("GET", "/versions"), ("PATCH", ""), ("DELETE", "")):
        options = {"json": {"is_approved": "approved"}} if method == "PATCH" else {}
        assert api.ask(method, f"{PATH}/{theirs}{path}", **options).status_code == 404
