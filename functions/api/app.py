"""The application: its routes, who may use them, and what every answer carries."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.api.bodies import Bodies
from functions.api.describing import describe
from functions.api.fronts import Front
from functions.api.origins import Origins
from functions.api.problems import add_problems, problem_of, response_of
from functions.api.rates import rate_headers
from functions.api.sections import Sections
from functions.api.signing_in import Door
from functions.api.tries import Tries
from shared.observability import logger, measure
from shared.workflow import Tools, open_tools

SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
]


def make_app(tools: Callable[[], Tools] = open_tools) -> FastAPI:
    """tools: what requests work with, opened at the first that needs them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)  # `describe` serves the document
    app.state.door, app.state.tools, app.state.tries = Door(), tools, Tries()
    app.router.routes.append(Sections())
    add_problems(app)
    for each in (Bodies, Catcher):
        app.add_middleware(each)
    app.add_middleware(Origins, tools=tools)
    app.add_middleware(Front, tools=tools)
    app.add_middleware(Carrier)  # the last that is added stands outermost
    describe(app)
    return app


class Carrier:
    """Gives each request an id and a line in the log, and each answer the headers that all have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        logger().thread_safe_append_keys(request_id=request_id)  # of this request's context, threads included
        started, status = time.monotonic(), 0
        is_head = scope["method"] == "HEAD"
        if is_head:  # what GET answers, without the body (RFC 9110, 9.3.2)
            scope["method"] = "GET"

        async def carry(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {"X-Request-Id": request_id, **rate_headers(scope["state"].get("rates", ()))}
                message = {**message, "headers": _headers(message["headers"], own)}
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, carry)
        finally:
            _note(scope, status, (time.monotonic() - started) * 1000)


def _headers(given: Iterable[tuple[bytes, bytes]], own: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """With ours, and with those of SECURITY that a route does not set itself."""
    made = [*given, *((name.lower().encode(), value.encode()) for name, value in own.items())]
    names = {name for name, _ in made}
    return [*made, *(pair for pair in SECURITY if pair[0] not in names)]


class Catcher:
    """Answers 500 for what nobody expected."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if begun or scope["type"] != "http":  # half of an answer can't be taken back
                raise
            logger().error(str(error), exc_info=error)
            await response_of(problem_of(error), Request(scope))(scope, receive, send)


def _note(scope: Scope, status: int, milliseconds: float) -> None:
    """One line, a metric and the log's in one: writing two takes a tenth of a small request."""
    route = scope.get("route")
    operation = route.operation_id if isinstance(route, APIRoute) else None
    told = {"level": "INFO", "message": "request", "method": scope["method"], "status": status}
    measure("Latency", milliseconds, "Milliseconds", told, operation=operation or "none")
    if status == 429:
        measure("TooManyRequests", 1)
    elif status >= 500 or not status:
        measure("Failed", 1)


def _request_id(scope: Scope) -> str:
    """API Gateway's own, where there is one."""
    event: dict[str, Any] = scope.get("aws.event", {})
    return str(event.get("requestContext", {}).get("requestId") or uuid.uuid4().hex)
