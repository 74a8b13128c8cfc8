"""The life of a batch: its videos get their turns, fail, are cancelled, tried again; its end is told once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import select

from local.executions import JournalExecutions
from local.journal import read_execution
from local.postgres import Postgres
from shared.batches import tend_batch
from shared.database.models import Video
from shared.settings import Settings
from shared.videos import tend_run
from shared.webhooks import WebhookFields, add_webhook, deliver_due
from tests.support.api import SECRETS_KEY
from tests.support.receiver import Receiver, is_signed
from tests.support.studio import Studio

PATH = "/api/v1/batches"


class Hook:
    """A webhook for `batch.finished`, and what it got."""

    def __init__(self, studio: Studio, receiver: Receiver) -> None:
        self._studio, self._receiver = studio, receiver
        home = studio.api.tools.settings.leadreel_home
        self._settings = Settings(
            leadreel_home=home, secrets_key=SECRETS_KEY, webhook_allow_hosts=(receiver.pair,)
        )
        fields = WebhookFields(url=receiver.url, events=("batch.finished",))
        with studio.api.tools.database.workspace(studio.api.workspace_id) as session:
            added = add_webhook(session, studio.api.workspace_id, fields, self._settings)
        self._secret = added.secret or ""

    async def told(self) -> list[dict[str, Any]]:
        await asyncio.to_thread(deliver_due, self._studio.api.tools.database, self._settings)
        assert all(is_signed(self._secret, got) for got in self._receiver.got)
        bodies = [json.loads(got.body) for got in self._receiver.got]
        assert {body["type"] for body in bodies} <= {"batch.finished"}
        return [body["data"] for body in bodies]


@pytest.fixture
async def hook(studio: Studio, nothing_to_send: None) -> AsyncIterator[Hook]:
    with Receiver() as receiver:
        yield await asyncio.to_thread(Hook, studio, receiver)


async def make(studio: Studio, number: int, **video: Any) -> tuple[int, list[int]]:
    """The batch, and its videos in their order."""
    leads = [{"name": f"Ana {row}", "company": "Acme", "email": f"a{row}@acme.com"} for row in range(number)]
    asked = {"url": "https://acme.example/", "duration_seconds": 20} | video
    body = {"name": "Spring", "leads": leads, "video": asked}
    answer = await studio.ask("POST", PATH, json=body)
    assert answer.status_code == 202, answer.text
    batch = answer.json()["id"]
    return batch, [line["id"] for line in await lines(studio, batch)]


async def lines(studio: Studio, batch: int) -> list[dict[str, Any]]:
    found = await studio.ask("GET", "/api/v1/videos", params={"batch_id": batch, "sort": "id"})
    return list(found.json()["items"])


async def until(studio: Studio, batch: int, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    async with asyncio.timeout(60):
        while not holds(shown):
            await asyncio.sleep(0.1)
            shown = (await studio.ask("GET", f"{PATH}/{batch}")).json()
    return shown


def has_ended(batch: dict[str, Any]) -> bool:
    return bool(batch.get("completed_at"))


async def test_from_the_request_to_the_webhook_with_one_that_fails_and_is_tried_again(
    studio: Studio, hook: Hook
) -> None:
    studio.hold["host"] = asyncio.Event()
    batch, videos = await make(studio, 4)
    await until(studio, batch, lambda _: ("host", videos[0]) in studio.called_for)
    # the first alone: the others share what it films
    await until(studio, batch, lambda shown: studio.calls.count("start_videos") > 2)
    assert {video for _, video in studio.called_for} - {0} == {videos[0]}
    assert (await until(studio, batch, lambda shown: shown))["status"] == "processing"
    studio.broken.add(videos[2])
    studio.hold.pop("host").set()

    ended = await until(studio, batch, has_ended)
    counts = ended["counts"]
    assert (ended["status"], ended["progress"], counts["completed"], counts["failed"]) == (
        "completed", 1, 3, 1,
    )  # fmt: skip
    finished = {"batch_id": batch, "name": "Spring", "status": "completed", "counts": counts}
    assert await hook.told() == [finished]
    assert (await studio.execution(f"batch-{batch}-1")).status == "SUCCEEDED"

    studio.broken.clear()
    again = await studio.ask("POST", f"{PATH}/{batch}/retry")
    assert (again.status_code, again.json()["status"], again.json()["counts"]["pending"]) == (
        202, "processing", 1,
    )  # fmt: skip
    whole = await until(studio, batch, has_ended)
    assert whole["counts"]["completed"] == 4
    assert await hook.told() == [finished, finished | {"counts": whole["counts"]}]
    refused = await studio.ask("POST", f"{PATH}/{batch}/retry")
    assert (refused.status_code, "failed" in refused.json()["detail"]) == (409, True)
    # what was spoken and written for it before it failed is not bought again
    voiced = Counter(video for function, video in studio.called_for if function == "voice")
    assert set(Counter(request["text"] for request in studio.vendors.elevenlabs.requests).values()) == {1}
    assert voiced[videos[0]] == 1


async def test_a_batch_is_cancelled_in_the_middle(studio: Studio, hook: Hook, migrated: Postgres) -> None:
    batch, videos = await make(studio, 3)
    await studio.ended(videos[0])
    studio.hold["plan"] = asyncio.Event()
    studio.calls.clear()
    await until(studio, batch, lambda shown: studio.calls.count("plan") == 2)
    cancelled = await studio.ask("POST", f"{PATH}/{batch}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    counts = cancelled.json()["counts"]
    assert (counts["completed"], counts["cancelled"]) == (1, 2)
    for video in videos[1:]:
        assert (await studio.execution(f"video-{video}")).status == "ABORTED"
    studio.hold.pop("plan").set()
    assert (await studio.execution(f"batch-{batch}-2")).status == "SUCCEEDED"
    assert (await studio.ask("POST", f"{PATH}/{batch}/cancel")).status_code == 202  # it stays cancelled
    assert [told["status"] for told in await hook.told()] == ["cancelled"]
    assert (await studio.ask("POST", f"{PATH}/{batch}/retry")).status_code == 409

    # one of them after all: the batch is open again, and ends once more
    assert (await studio.ask("POST", f"/api/v1/videos/{videos[1]}/retry")).status_code == 202
    await studio.ended(videos[1])
    shown = await until(studio, batch, has_ended)
    assert (shown["status"], shown["counts"]["completed"]) == ("completed", 2)
    assert [told["status"] for told in await hook.told()] == ["cancelled", "completed"]
    assert (await studio.ask("POST", f"{PATH}/{batch}/cancel")).status_code == 409


async def test_those_that_wait_for_a_person_keep_nobody_waiting(studio: Studio, hook: Hook) -> None:
    batch, videos = await make(studio, 3, approve_script=True)
    shown = await until(studio, batch, lambda shown: shown.get("counts", {}).get("waiting_approval") == 3)
    assert shown["status"] == "processing"
    assert (await studio.execution(f"batch-{batch}-1")).status == "SUCCEEDED"  # all are started
    for video in videos[:2]:
        await studio.decide(video, "script", "rejected", reason="too long")
    await studio.decide(videos[2], "script")
    shown = await until(studio, batch, has_ended)
    assert (shown["status"], shown["counts"]["rejected"], shown["counts"]["completed"]) == ("completed", 2, 1)
    assert len(await hook.told()) == 1


async def test_whoever_runs_it_dies_in_the_middle(studio: Studio, hook: Hook, migrated: Postgres) -> None:
    batch, videos = await make(studio, 4)
    await studio.ended(videos[0])
    studio.hold["compose"] = asyncio.Event()
    at_work = {("compose", video) for video in videos[1:3]}
    await until(studio, batch, lambda _: at_work & {*studio.called_for})
    await studio.restart()
    runs = JournalExecutions(migrated.owner_url)
    database, workspace_id = studio.api.tools.database, studio.api.workspace_id
    await asyncio.to_thread(tend_batch, database, runs, workspace_id, batch)
    for video in videos:
        await asyncio.to_thread(tend_run, database, runs, workspace_id, video)
    studio.hold.pop("compose").set()
    shown = await until(studio, batch, has_ended)
    assert shown["counts"]["completed"] == 4
    for video in videos:
        assert (await studio.execution(f"video-{video}")).status == "SUCCEEDED"
        assert read_execution(migrated.app_url, f"video-{video}-2") is None
    with studio.api.tools.database.workspace(studio.api.workspace_id) as session:
        assert {*session.scalars(select(Video.attempt).where(Video.batch_id == batch))} == {1}
    for function in ("script", "voice"):
        times = Counter(video for name, video in studio.called_for if name == function)
        assert {times[video] for video in videos} <= {1, 2}  # the one that was cut short comes again
    assert set(Counter(request["text"] for request in studio.vendors.elevenlabs.requests).values()) == {1}
    assert len(await hook.told()) == 1
