"""An ASGI application in this process, asked by httpx as a server would be."""

from __future__ import annotations

import asyncio

import httpx
from starlette.types import ASGIApp


class InProcess(httpx.BaseTransport):
    """Each request runs in an event loop of its own, so that threads may ask side by side."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.7", 40000))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await self._transport.handle_async_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        request.read()
        return asyncio.run(ask())


def asking(app: ASGIApp) -> httpx.Client:
    """A client of the application; it follows no redirects."""
    return httpx.Client(transport=InProcess(app), base_url="http://api.test")
