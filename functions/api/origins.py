"""Pages of other sites that may ask (CORS), as API_CORS_ORIGINS lists them. Without it, none may."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.workflow import Tools

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
EXPOSED = (
    "ETag", "Idempotency-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After",
    "WWW-Authenticate", "X-Request-Id",
)  # fmt: skip
_KEPT_SECONDS = 7200  # the most that Chromium keeps


class Origins:
    """Starlette's CORSMiddleware, made at the first request of a page: settings are not read at import.

    Signing in is a header, never a cookie, so that no credentials are allowed.
    """

    def __init__(self, app: ASGIApp, tools: Callable[[], Tools]) -> None:
        self._app, self._tools = app, tools
        self._made: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "origin" not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        if self._made is None:
            origins = self._tools().settings.api_cors_origins
            self._made = self._app if not origins else CORSMiddleware(
                self._app, allow_origins=origins, allow_methods=METHODS, allow_headers=ASKED,
                expose_headers=EXPOSED, max_age=_KEPT_SECONDS,
            )  # fmt: skip
        await self._made(scope, receive, send)
