"""The product's pipeline in this process, and the machine for voiceovers alone: the real definitions, runner,
journal, wire and handlers.

What needs a browser or an encoder is played; what writes, speaks, asks and fails is the product's own.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import and_

from local.asl import load_machine
from local.failure import Failure
from local.journal import (
    Listener,
    PostgresJournal,
    prepare,
    read_execution,
    read_visits,
    stop_execution,
)
from local.postgres import Postgres
from local.product import PROJECT, Product
from local.runner import Runner
from local.server import Server, bind
from local.states import machine_arn, states_api
from local.visits import Execution
from shared.database.models import Video
from shared.workflow import UNENDED, end_videos, open_tools
from tests.support.api import Api, served_api
from tests.support.vendors import VendorServer

OURS = {"script", "sample", "approve", "voice", "fail", "start_videos"}
MACHINES = ("pipeline", "voiceover", "batch")
PATH = "/api/v1/videos"
ASKED = {"name": "Ana Silva", "company": "Acme", "url": "https://acme.example/", "duration_seconds": 20}


@dataclass
class Studio:
    """calls: the functions that were called, in order, and for which video. hold: what a function waits for,
    by name. broken: videos that can't be composed."""

    api: Api
    vendors: VendorServer
    postgres: Postgres
    calls: list[str] = field(default_factory=list)
    called_for: list[tuple[str, int]] = field(default_factory=list)
    hold: dict[str, asyncio.Event] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    start_runner: Callable[[], Runner] | None = None
    running: asyncio.Task[None] | None = None

    @property
    def charges(self) -> int:
        return self.vendors.elevenlabs.charges

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        return await asyncio.to_thread(self.api.ask, method, path, **options)

    async def make(self, **fields: Any) -> int:
        answer = await self.ask("POST", PATH, json=ASKED | fields)
        assert answer.status_code == 202, answer.text
        return int(answer.json()["id"])

    async def shown(self, video_id: int) -> dict[str, Any]:
        answer = await self.ask("GET", f"{PATH}/{video_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def until(self, video_id: int, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        async with asyncio.timeout(40):
            while not holds(video := await self.shown(video_id)):
                assert video["status"] != "failed" or holds(video), video
                await asyncio.sleep(0.05)
        return video

    async def waits_for(self, video_id: int, kind: str) -> dict[str, Any]:
        return await self.until(video_id, lambda video: video["waits_for"] == kind)

    async def ended(self, video_id: int, status: str = "completed") -> dict[str, Any]:
        return await self.until(video_id, lambda video: video["status"] == status)

    async def decide(self, video_id: int, kind: str, decision: str = "approved", **more: Any) -> Any:
        fields = {"decision": decision, **more}
        return await self.ask("POST", f"{PATH}/{video_id}/approvals/{kind}", json=fields)

    async def execution(self, name: str) -> Execution:
        """Once it has ended."""
        for _ in range(400):
            found = read_execution(self.postgres.owner_url, name)
            if found is not None and found.ended_at:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"{name} has not ended")

    def _host(self, event: Any) -> None:
        with self.api.tools.database.workspace(event["workspace_id"]) as session:
            mine = and_(Video.id == event["video_id"], Video.status.in_(UNENDED))
            end_videos(session, mine, "completed", datetime.now(UTC), turn=None)

    async def restart(self) -> None:
        """What runs the state machines dies, and another takes its place."""
        await self.stop()
        assert self.start_runner is not None
        self.running = asyncio.create_task(self.start_runner().run())

    async def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)

    def visited(self, name: str) -> list[str]:
        return [visit.state for visit in read_visits(self.postgres.owner_url, name).values()]

    async def invoke(self, function: str, event: Any, timeout_seconds: float | None = None) -> Any:
        self.calls.append(function)
        self.called_for.append((function, event.get("video_id", 0)))
        if function in self.hold:
            await self.hold[function].wait()
        if function in OURS:
            return await asyncio.to_thread(_call, function, event)
        if function == "compose" and event["video_id"] in self.broken:
            raise Failure("Permanent", json.dumps({"errorMessage": "the film is torn"}))
        if function == "host":
            await asyncio.to_thread(self._host, event)  # it waits for whoever has the row
        return {"jobs": ["scene"], "clips": []} if function == "plan" else {}


def _call(function: str, event: Any) -> Any:
    handler = import_module(f"functions.{function}.handler").handler
    try:
        return json.loads(
            json.dumps(handler(json.loads(json.dumps(event)), SimpleNamespace(aws_request_id="r")))
        )
    except Exception as error:
        told = {"errorType": type(error).__name__, "errorMessage": str(error)}
        raise Failure(told["errorType"], json.dumps(told | {"stackTrace": traceback.format_exc()})) from error


@asynccontextmanager
async def open_studio(
    postgres: Postgres,
    vendors: VendorServer,
    workspace_id: int,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    edit: Callable[[dict[str, Any]], None] = lambda _: None,
) -> AsyncIterator[Studio]:
    """edit: changes the definition."""
    prepare(postgres.owner_url)
    server = Server(states_api(MACHINES, postgres.owner_url), bind(0))
    await server.start()
    environment = {
        "LEADREEL_HOME": str(home),
        "DATABASE_URL": postgres.app_url,
        "ELEVENLABS_API_KEY": "any",
        "ELEVENLABS_BASE_URL": vendors.elevenlabs_url,
        "STATE_MACHINE_ARNS": machine_arn(""),
        "AWS_ENDPOINT_URL_SFN": server.url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    open_tools.cache_clear()
    tools = open_tools()
    machines = {}
    for name in ("pipeline", "voiceover"):
        definition = json.loads((PROJECT / "functions" / f"{name}.asl.json").read_text())
        if name == "pipeline":
            edit(definition["States"])
        machines[name] = load_machine(json.dumps(definition), Product().read()[0])
    journal, wake = PostgresJournal(postgres.owner_url), asyncio.Event()
    ears = Listener(postgres.owner_url, wake)
    ears.open()
    for left in await journal.running():  # by an earlier test: this runner would go on with it
        stop_execution(postgres.owner_url, left.name, None, "its test has ended")
    with served_api(tools.database, workspace_id, home, state_machine_arns=machine_arn("")) as api:
        api.tools.__dict__["executions"] = tools.executions
        studio = Studio(api, vendors, postgres)

        async def nothing() -> None:
            pass

        machines["batch"] = Product().read()[1]["batch"]
        studio.start_runner = lambda: Runner(machines, studio.invoke, journal, wake, nothing)
        await studio.restart()
        try:
            yield studio
        finally:
            await studio.stop()
            ears.close()
            await journal.close()
            await server.stop()
            tools.database.close()
            open_tools.cache_clear()
