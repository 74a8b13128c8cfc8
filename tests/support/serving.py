"""The API over HTTP, as `leadreel up` serves it, with threads of this process for its workers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from fastapi import FastAPI

from functions.api.app import make_app
from functions.api.handler import answer
from local.edge import edge
from local.runtime_api import Answer
from local.server import Server, bind
from shared.database import Database
from shared.storage import Links
from shared.workflow.executions import Standing
from tests.support.api import LINK_KEY, Api, served_api

WORKERS = 4


class NoRuns:
    """The port `Executions`, which starts nothing."""

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        pass

    def check(self, machine: str) -> None:
        pass

    def stop(self, machine: str, name: str, reason: str) -> None:
        pass

    def look(self, machine: str, name: str) -> Standing | None:
        return None

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        return False

    def fail(self, token: str, error: str, cause: str) -> bool:
        return False


@dataclass(frozen=True)
class Service:
    """url: of the edge. api: the same application, with its issuer and tools."""

    url: str
    api: Api


@contextmanager
def served_over_http(database: Database, workspace_id: int, home: Path, **settings: Any) -> Iterator[Service]:
    """Requests are not counted, and nothing works on what is ordered."""
    unlimited = {"api_requests_per_minute_token": 0, "api_requests_per_minute_workspace": 0}
    with served_api(database, workspace_id, home, **unlimited, **settings) as api:
        api.tools.__dict__["executions"] = NoRuns()
        with _behind_the_edge(make_app(lambda: api.tools), home / "public") as url:
            yield Service(url, api)


@contextmanager
def _behind_the_edge(app: FastAPI, public: Path) -> Iterator[str]:
    """Each request becomes an event of API Gateway's, for the handler."""
    app.openapi()  # loads all routes: where the workers are processes, no two threads do it at once
    listener, stop = bind(0), Event()
    loops: list[asyncio.AbstractEventLoop] = []

    def begin() -> None:  # a Lambda's main thread has a loop
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    def invoke(event: bytes) -> Answer:
        context: Any = None  # which the handler doesn't look at
        try:
            return Answer(json.dumps(answer(app, json.loads(event), context)).encode())
        except Exception as error:
            return Answer(json.dumps({"errorMessage": str(error)}).encode(), failed=True)

    async def call_api(event: bytes, seconds: float) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(workers, invoke, event)

    async def serve() -> None:
        server = Server(edge(public, call_api, links=Links(LINK_KEY)), listener)
        await server.start()
        await asyncio.to_thread(stop.wait)
        await server.stop()

    try:
        with ThreadPoolExecutor(WORKERS, initializer=begin) as workers:
            thread = Thread(target=asyncio.run, args=(serve(),))
            thread.start()
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                stop.set()
                thread.join()
    finally:
        for loop in loops:
            loop.close()
