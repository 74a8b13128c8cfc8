"""A single voiceover waits for a sample's approval, where the workspace has voices approved."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import pytest

from shared.videos import run_making
from tests.support.parts import SECTION, Parts
from tests.support.studio import PATH, Studio

VOICEOVERS = f"{PATH}/voiceovers"
WORDS = ["Hi Ana, this is for Acme.", "Shall we talk?"]


@pytest.fixture
def script(studio: Studio) -> int:
    tools = studio.api.tools
    parts = Parts(tools.database, tools.storage, studio.api.workspace_id)
    sections = [SECTION | {"content": words} for words in WORDS]
    return parts.script(lead_id=parts.lead(), sections=sections, is_approved="approved")


async def rule(studio: Studio, **rules: bool) -> None:
    answer = await studio.ask("PATCH", "/api/v1/workspace", role="owner", json=rules)
    assert answer.status_code == 200, answer.text


async def until(
    studio: Studio, voiceover: int, status: str, kind: str | None = None, words: str | None = None
) -> dict[str, Any]:
    """kind, words: what it waits for, and what the sample says."""
    for _ in range(800):
        shown = dict((await studio.ask("GET", f"{VOICEOVERS}/{voiceover}")).json())
        needs = shown["needs"] or {"kind": None, "sample_text": None}
        if (
            shown["status"] == status
            and kind in (None, needs["kind"])
            and words in (None, needs["sample_text"])
        ):
            return shown
        assert shown["status"] != "failed", shown
        await asyncio.sleep(0.05)
    raise AssertionError(shown)


async def run_ended(studio: Studio, needs: dict[str, Any], status: str) -> None:
    run = needs["decide_at"].split("/")[4]
    assert (await studio.execution(f"video-{run}")).status == status


async def order(studio: Studio, script: int) -> int:
    began = time.monotonic()
    answer = await studio.ask("POST", f"{VOICEOVERS}/synthesize", json={"video_script_id": script})
    assert answer.status_code == 202, answer.text
    assert time.monotonic() - began < 10  # nobody is kept waiting for a person
    return int(answer.json()["id"])


async def test_nothing_but_a_sample_is_bought_before_it_is_approved(studio: Studio, script: int) -> None:
    await rule(studio, approve_voices=True)
    voiceover = await order(studio, script)
    shown = await until(studio, voiceover, "waiting_approval")
    needs = shown["needs"]
    assert (needs["kind"], needs["sample_text"]) == ("voice", WORDS[0])
    assert shown["audio_file_path"] is None and "voice" not in studio.calls
    assert [one["text"] for one in studio.vendors.elevenlabs.requests] == WORDS[:1]
    sound = await studio.ask("GET", needs["sample_at"])
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    listed = await studio.ask("GET", VOICEOVERS, params={"status": "waiting_approval"})
    assert listed.json()["items"] == [shown]
    assert (await studio.ask("DELETE", f"{VOICEOVERS}/{voiceover}")).status_code == 409
    refused = await studio.ask("POST", needs["decide_at"], role="viewer", json={"decision": "approved"})
    assert refused.status_code == 403

    answer = await studio.ask("POST", needs["decide_at"], json={"decision": "approved"})
    assert answer.status_code == 200, answer.text
    spoken = await until(studio, voiceover, "completed")
    assert spoken["needs"] is None and spoken["audio_file_path"]
    await run_ended(studio, needs, "SUCCEEDED")
    said = Counter(one["text"] for one in studio.vendors.elevenlabs.requests)
    assert said == dict.fromkeys(WORDS, 1)  # what the sample said is not bought again


async def test_a_rejection_ends_it_and_nothing_more_is_bought(studio: Studio, script: int) -> None:
    await rule(studio, approve_voices=True)
    voiceover = await order(studio, script)
    needs = (await until(studio, voiceover, "waiting_approval"))["needs"]
    fields = {"decision": "rejected", "reason": "too fast"}
    assert (await studio.ask("POST", needs["decide_at"], json=fields)).status_code == 200
    rejected = await until(studio, voiceover, "rejected")
    assert (rejected["reason"], rejected["needs"]) == ("the voice was rejected: too fast", None)
    await run_ended(studio, needs, "FAILED")
    assert (studio.charges, "voice" in studio.calls) == (1, False)
    run = needs["decide_at"].removesuffix("/approvals/voice")
    assert (await studio.ask("POST", f"{run}/retry")).status_code == 202
    await until(studio, voiceover, "waiting_approval")
    assert (await studio.ask("POST", f"{run}/cancel")).status_code == 202
    assert (await until(studio, voiceover, "cancelled"))["needs"] is None
    assert studio.charges == 1


async def test_new_words_are_approved_and_sampled_anew(studio: Studio, script: int) -> None:
    await rule(studio, approve_voices=True, approve_scripts=True)
    voiceover = await order(studio, script)
    assert (await until(studio, voiceover, "waiting_approval"))["needs"]["kind"] == "voice"
    sections = [{"index": 0, "content": "Hello Ana, this is new."}]
    edited = await studio.ask("PATCH", f"{PATH}/scripts/{script}", json={"sections": sections})
    assert edited.status_code == 200, edited.text

    needs = (await until(studio, voiceover, "waiting_approval", "script"))["needs"]
    assert (needs["decide_at"].rpartition("/")[2], studio.charges) == ("script", 1)
    assert (await studio.ask("POST", needs["decide_at"], json={"decision": "approved"})).status_code == 200
    shown = await until(studio, voiceover, "waiting_approval", "voice", "Hello Ana, this is new.")
    needs = shown["needs"]
    assert (await studio.ask("POST", needs["decide_at"], json={"decision": "approved"})).status_code == 200
    await until(studio, voiceover, "completed")
    await run_ended(studio, needs, "SUCCEEDED")
    assert WORDS[0] in {one["text"] for one in studio.vendors.elevenlabs.requests}
    assert set(Counter(one["text"] for one in studio.vendors.elevenlabs.requests).values()) == {1}


async def test_where_nobody_has_to_approve_it_is_spoken_at_once(studio: Studio, script: int) -> None:
    answer = await studio.ask("POST", f"{VOICEOVERS}/synthesize", json={"video_script_id": script})
    assert (answer.status_code, answer.json()["status"]) == (201, "completed"), answer.text
    assert studio.calls == ["voice"]
    with studio.api.tools.database.workspace(studio.api.workspace_id) as session:
        run = run_making(session, "voiceover", answer.json()["id"]).id
    assert (await studio.execution(f"video-{run}")).status == "SUCCEEDED"
