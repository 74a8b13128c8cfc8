"""The life of a video: approved or rejected, cancelled, tried again; never paid for too early, or twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from local.postgres import Postgres
from shared.database.models import Video
from shared.scripting import NoSuchScript
from shared.scripting.editing import SectionEdit, edit_script
from shared.videos import answers_due, decide_script, send
from shared.workflow import AlreadySpoken
from tests.support.studio import ASKED, PATH, Studio, open_studio
from tests.support.vendors import Failure, VendorServer


def script_of(studio: Studio, video_id: int) -> int:
    with studio.api.tools.database.workspace(studio.api.workspace_id) as session:
        script_id = session.get_one(Video, video_id).video_script_id
    assert script_id is not None
    return script_id


def edit(studio: Studio, script_id: int, words: str, section: int = 0) -> None:
    """As a route does: the rows in one transaction, the pipeline told after it."""
    tools = studio.api.tools
    with tools.database.workspace(studio.api.workspace_id) as session:
        edit_script(session, script_id, [SectionEdit(index=section, content=words)], author="eva")
        answers = answers_due(session, script_id=script_id)
    send(tools.executions, answers)


async def test_no_voice_is_bought_before_the_script_is_approved(studio: Studio) -> None:
    video_id = await studio.make(approve_script=True)
    video = await studio.waits_for(video_id, "script")
    assert video["status"] == "waiting_approval"
    [approval] = video["approvals"]
    assert (approval["kind"], approval["status"], approval["decided_at"]) == ("script", "pending", None)
    assert approval["expires_at"][:10] > approval["asked_at"][:10]
    assert (studio.charges, "voice" in studio.calls) == (0, False)

    assert (await studio.decide(video_id, "voice")).status_code == 409
    answer = await studio.decide(video_id, "script")
    assert (answer.status_code, answer.json()["approvals"][0]["decided_by"]) == (
        200, f"member@{studio.api.workspace_id}",
    )  # fmt: skip
    video = await studio.ended(video_id)
    assert studio.charges > 0
    assert (video["waits_for"], video["approvals"][0]["status"]) == (None, "approved")
    assert (await studio.decide(video_id, "script")).status_code == 409
    with pytest.raises(AlreadySpoken):
        await asyncio.to_thread(edit, studio, script_of(studio, video_id), "Other words, too late.")


async def test_a_workspace_has_both_approved_and_an_edit_starts_over(studio: Studio) -> None:
    rules = {"approve_scripts": True, "approve_voices": True}
    assert (await studio.ask("PATCH", "/api/v1/workspace", json=rules)).status_code == 403
    changed = await studio.ask("PATCH", "/api/v1/workspace", role="owner", json=rules)
    assert changed.json() == (await studio.ask("GET", "/api/v1/workspace")).json()
    refused = await studio.ask("POST", PATH, json=ASKED | {"approve_script": False})
    assert (refused.status_code, "approve_script" in refused.json()["detail"]) == (422, True)

    video_id = await studio.make()
    assert (await studio.waits_for(video_id, "script"))["voice_sample"] is None
    assert studio.charges == 0
    await studio.decide(video_id, "script")
    video = await studio.waits_for(video_id, "voice")
    sample, first = video["voice_sample"], studio.charges
    assert 0 < first == len(studio.vendors.elevenlabs.requests)
    sound = await studio.ask("GET", sample["url"])
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    assert 0 < sample["duration_seconds"] < 20

    await asyncio.to_thread(edit, studio, script_of(studio, video_id), "Hello Ana, this is new.")
    video = await studio.waits_for(video_id, "script")
    assert [approval["status"] for approval in video["approvals"]] == ["pending", "pending"]
    assert studio.charges == first
    await studio.decide(video_id, "script")
    video = await studio.waits_for(video_id, "voice")
    assert "is new" in video["voice_sample"]["text"]
    await studio.decide(video_id, "voice")
    video = await studio.ended(video_id)
    assert [approval["status"] for approval in video["approvals"]] == ["approved", "approved"]
    said = Counter(request["text"] for request in studio.vendors.elevenlabs.requests)
    assert set(said.values()) == {1}  # what the samples said is not bought again
    states = studio.visited(f"video-{video_id}")
    assert [states.count(name) for name in ("approve script", "sample", "approve voice", "voice")] == [
        2, 2, 2, 1,
    ]  # fmt: skip


async def test_an_edit_between_the_approval_and_the_voice_waits_again(studio: Studio) -> None:
    studio.hold["voice"] = asyncio.Event()
    video_id = await studio.make(approve_script=True)
    await studio.waits_for(video_id, "script")
    await studio.decide(video_id, "script")
    await studio.until(video_id, lambda _: "voice" in studio.calls)
    await asyncio.to_thread(edit, studio, script_of(studio, video_id), "Quickly changed, Ana.")
    studio.hold["voice"].set()
    video = await studio.waits_for(video_id, "script")
    assert (studio.charges, video["approvals"][0]["status"]) == (0, "pending")
    assert {step["name"]: step["status"] for step in video["steps"]}["voice"] == "pending"
    await studio.decide(video_id, "script")
    await studio.ended(video_id)
    assert "Quickly changed, Ana." in {request["text"] for request in studio.vendors.elevenlabs.requests}


async def test_a_voice_that_was_approved_before_anybody_asked_needs_no_sample(studio: Studio) -> None:
    video_id = await studio.make(approve_script=True, approve_voice=True)
    await studio.waits_for(video_id, "script")
    assert (await studio.decide(video_id, "voice")).status_code == 200  # before anybody asked
    await studio.decide(video_id, "script")
    video = await studio.ended(video_id)
    assert (video["voice_sample"], studio.calls.count("approve")) == (None, 2)


async def test_a_rejection_ends_the_video_and_it_may_be_tried_again(studio: Studio) -> None:
    video_id = await studio.make(approve_script=True)
    await studio.waits_for(video_id, "script")
    await studio.decide(video_id, "script", "rejected", reason="too dull")
    video = await studio.ended(video_id, "rejected")
    assert (video["failed_step"], video["reason"]) == ("approve_script", "the script was rejected: too dull")
    assert video["approvals"][0]["status"] == "rejected"
    assert (studio.charges, (await studio.execution(f"video-{video_id}")).error) == (0, "Rejected")

    again = await studio.ask("POST", f"{PATH}/{video_id}/retry")
    assert (again.status_code, again.json()["attempt"], again.json()["reason"]) == (202, 2, None)
    await studio.waits_for(video_id, "script")
    await studio.decide(video_id, "script")
    await studio.ended(video_id)
    assert (await studio.execution(f"video-{video_id}-2")).status == "SUCCEEDED"


async def test_whoever_edits_scripts_decides_on_them_too(studio: Studio) -> None:
    video_id = await studio.make(approve_script=True)
    await studio.waits_for(video_id, "script")
    script_id, tools = script_of(studio, video_id), studio.api.tools

    def decide(decision: Any) -> int:
        with tools.database.workspace(studio.api.workspace_id) as session:
            answers = decide_script(session, script_id, decision, "eva")
        send(tools.executions, answers)
        return len(answers)

    assert await asyncio.to_thread(decide, "pending") == 0
    # the first answer is lost on its way: to decide again tells the pipeline again
    with tools.database.workspace(studio.api.workspace_id) as session:
        assert len(decide_script(session, script_id, "approved", "eva")) == 1
    assert await asyncio.to_thread(decide, "approved") == 1
    await studio.ended(video_id)
    assert await asyncio.to_thread(decide, "approved") == 0
    with (
        pytest.raises(NoSuchScript),
        tools.database.workspace(studio.api.workspace_id) as session,
    ):
        decide_script(session, 0, "approved", "eva")


async def test_a_wait_expires(
    migrated: Postgres,
    vendors: VendorServer,
    workspace_id: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hurry(states: dict[str, Any]) -> None:
        states["approve voice"]["TimeoutSeconds"] = 1

    async with open_studio(migrated, vendors, workspace_id, tmp_path, monkeypatch, hurry) as studio:
        video_id = await studio.make(approve_voice=True)
        video = await studio.ended(video_id, "failed")
        assert video["reason"] == "nobody approved the voice within 30 days"
        assert video["approvals"][0]["status"] == "expired"
        assert (await studio.decide(video_id, "voice")).status_code == 409
        assert "voice" not in studio.calls


async def test_a_cancelled_video_stops_and_goes_on_where_it_stood(studio: Studio) -> None:
    studio.hold["record"] = asyncio.Event()
    video_id = await studio.make()
    await studio.until(video_id, lambda _: "record" in studio.calls)
    bought = studio.charges
    assert (await studio.ask("POST", f"{PATH}/{video_id}/retry")).status_code == 409
    answer = await studio.ask("POST", f"{PATH}/{video_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")
    assert (await studio.execution(f"video-{video_id}")).status == "ABORTED"
    studio.hold["record"].set()
    await asyncio.sleep(0.3)
    assert studio.calls[-1] == "record"
    assert (await studio.shown(video_id))["reason"] == f"cancelled by member@{studio.api.workspace_id}"
    assert (await studio.ask("POST", f"{PATH}/{video_id}/cancel")).status_code == 202  # and told again

    assert (await studio.ask("POST", f"{PATH}/{video_id}/retry")).status_code == 202
    video = await studio.ended(video_id)
    assert (studio.charges, video["attempt"]) == (bought, 2)
    assert (await studio.ask("POST", f"{PATH}/{video_id}/cancel")).status_code == 409
    assert (await studio.ask("POST", f"{PATH}/{video_id}/retry")).status_code == 409


async def test_nothing_is_bought_for_a_video_that_was_cancelled_while_it_waited(studio: Studio) -> None:
    video_id = await studio.make(approve_script=True)
    await studio.waits_for(video_id, "script")
    await studio.ask("POST", f"{PATH}/{video_id}/cancel")
    assert (await studio.decide(video_id, "script")).status_code == 409
    assert (await studio.execution(f"video-{video_id}")).error == "Cancelled"
    assert (studio.charges, "voice" in studio.calls) == (0, False)
    assert (await studio.shown(video_id))["waits_for"] is None


async def test_a_failed_video_goes_on_without_buying_twice(studio: Studio) -> None:
    refusal = {"detail": {"status": "quota_exceeded", "message": "no credits"}}
    studio.vendors.elevenlabs.failures.append(Failure(401, refusal))
    video_id = await studio.make()
    await studio.ended(video_id, "failed")
    key = {"Idempotency-Key": f"again {video_id}"}
    for _ in range(2):
        answer = await studio.ask("POST", f"{PATH}/{video_id}/retry", headers=key)
        assert (answer.status_code, answer.json()["attempt"]) == (202, 2)
    await studio.ended(video_id)
    said = Counter(request["text"] for request in studio.vendors.elevenlabs.requests)
    assert sorted(said.values())[-1] <= 2  # the one that was refused was asked for again
    assert studio.charges == len(said)
    script_calls = studio.calls.count("script")
    assert script_calls == 2 and script_of(studio, video_id)
