"""The application: its routes, who may use them, and what every answer carries."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.api.bodies import Bodies
from functions.api.describing import DESCRIPTION, describe
from functions.api.origins import Origins
from functions.api.problems import add_problems, problem_of, response_of
from functions.api.rates import rate_headers
from functions.api.routes import ROUTERS
from functions.api.routes.pages import Tries
from functions.api.signing_in import Door
from shared.observability import logger, measure
from shared.workflow import Tools, open_tools

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}


def make_app(tools: Callable[[], Tools] = open_tools) -> FastAPI:
    """tools: what requests work with, opened at the first that needs them."""
    app = FastAPI(
        title="Leadreel",
        summary="A personal demo video for every lead",
        description=DESCRIPTION,
        version="1.0.0",
        openapi_url=None,  # `describe` serves it
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.door, app.state.tools, app.state.tries = Door(), tools, Tries()
    for router in ROUTERS:
        app.include_router(router)
    add_problems(app)
    for each in (Bodies, Catcher):
        app.add_middleware(each)
    app.add_middleware(Origins, tools=tools)
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
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = request_id
                headers.update(rate_headers(scope["state"].get("rates", ())))
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, carry)
        finally:
            _note(scope, status, (time.monotonic() - started) * 1000)


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
    """A line in the log; and metrics, of which only the time is kept for each operation: each one costs."""
    route = scope.get("route")
    operation = route.operation_id if isinstance(route, APIRoute) else None
    logger().info(
        "request",
        method=scope["method"],
        operation=operation,
        status=status,
        milliseconds=round(milliseconds, 1),
    )
    measure("Latency", milliseconds, "Milliseconds", operation=operation or "none")
    if status == 429:
        measure("TooManyRequests", 1)
    elif status >= 500 or not status:
        measure("Failed", 1)


def _request_id(scope: Scope) -> str:
    """API Gateway's own, where there is one."""
    event: dict[str, Any] = scope.get("aws.event", {})
    return str(event.get("requestContext", {}).get("requestId") or uuid.uuid4().hex)
