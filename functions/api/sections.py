"""Hands each request to the routes of its section, which are loaded when they are first asked for.

All of them together take some tenths of a second to load, and a cold start answers one request; looking for a
route among a few instead of seventy saves time with every other.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from functions.api.routes import router_of, section_of

_SECTION = "leadreel.section"


class Sections(BaseRoute):
    """All routes as one."""

    def __init__(self) -> None:
        self._loaded: dict[str, APIRouter] = {}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        section = section_of(scope["path"]) if scope["type"] == "http" else None
        return (Match.NONE, {}) if section is None else (Match.FULL, {_SECTION: section})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        section: str = scope[_SECTION]
        router = self._loaded.get(section)
        if router is None:
            router = self._loaded[section] = router_of(section)
        await router(scope, receive, send)
