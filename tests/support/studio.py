"""The product's pipeline in this process: the real definition, runner, journal, wire and handlers.

What needs a browser or an encoder is played; what writes, speaks, asks and fails is the product's own.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from local.asl import load_machine
from local.failure import Failure
from local.journal import Listener, PostgresJournal, prepare, read_execution, read_visits
from local.postgres import Postgres
from local.product import PROJECT, Product
from local.runner import Runner
from local.server import Server, bind
from local.states import machine_arn, states_api
from local.visits import Execution
from shared.database.models import Video
from shared.workflow import open_tools
from tests.support.api import Api, served_api
from tests.support.vendors import VendorServer

OURS = {"script", "sample", "approve", "voice", "fail"}
PATH = "/api/v1/videos"
ASKED = {"name": "Ana Silva", "company": "Acme", "url": "https://acme.example/", "duration_seconds": 20}


@dataclass
class Studio:
    """calls: the functions that the pipeline called, in order. hold: what a function waits for, by name."""

    api: Api
    vendors: VendorServer
    postgres: Postgres
    calls: list[str] = field(default_factory=list)
    hold: dict[str, asyncio.Event] = field(default_factory=dict)

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

    def visited(self, name: str) -> list[str]:
        return [visit.state for visit in read_visits(self.postgres.owner_url, name).values()]

    async def invoke(self, function: str, event: Any, timeout_seconds: float | None = None) -> Any:
        self.calls.append(function)
        if function in self.hold:
            await self.hold[function].wait()
        if function in OURS:
            return await asyncio.to_thread(_call, function, event)
        if function == "host":
            with self.api.tools.database.workspace(event["workspace_id"]) as session:
                session.execute(update(Video).where(Video.id == event["video_id"]).values(status="completed"))
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
    server = Server(states_api({"pipeline"}, postgres.owner_url), bind(0))
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
    definition = json.loads((PROJECT / "functions" / "pipeline.asl.json").read_text())
    edit(definition["States"])
    machine = load_machine(json.dumps(definition), Product().read()[0])
    journal, wake = PostgresJournal(postgres.owner_url), asyncio.Event()
    ears = Listener(postgres.owner_url, wake)
    ears.open()
    with served_api(tools.database, workspace_id, home, state_machine_arns=machine_arn("")) as api:
        api.tools.__dict__["executions"] = tools.executions
        studio = Studio(api, vendors, postgres)

        async def nothing() -> None:
            pass

        runner = Runner({"pipeline": machine}, studio.invoke, journal, wake, nothing)
        running = asyncio.create_task(runner.run())
        try:
            yield studio
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            ears.close()
            await journal.close()
            await server.stop()
            tools.database.close()
            open_tools.cache_clear()
