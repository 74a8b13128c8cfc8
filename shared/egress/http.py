"""The little of HTTP/1.1 that a forwarding proxy has to understand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.egress.policy import default_port
from shared.errors import Permanent

MAX_HEAD = 65_536
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "upgrade",
    }
)


class BadMessage(Permanent):
    """What arrived is not HTTP that we forward."""


@dataclass(frozen=True)
class Head:
    """A request's or response's first line and its headers, as they came."""

    start: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """The value of the last header of that name, which is given in lower case."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), None)

    @property
    def status(self) -> int:
        """Of a response. Raises BadMessage."""
        parts = self.start.split(" ", 2)
        if len(parts) < 2 or not parts[1].isdigit():
            raise BadMessage(f"not a status line: {self.start[:80]!r}")
        return int(parts[1])

    def forwarded(self, start: str | None = None) -> bytes:
        """The head for the next hop, which is told to close the connection afterwards."""
        named = {token.strip().lower() for token in (self.header("connection") or "").split(",")}
        drop = _HOP_BY_HOP | named
        lines = [start or self.start, *(f"{k}: {v}" for k, v in self.headers if k.lower() not in drop)]
        return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("latin-1")


@dataclass(frozen=True)
class Target:
    """Where a proxy request wants to go. line: the request line for the origin; empty for a tunnel."""

    host: str
    port: int
    line: str = ""

    @property
    def tunnel(self) -> bool:
        return not self.line


async def read_head(reader: asyncio.StreamReader) -> Head:
    """Read up to the empty line. Raises BadMessage, asyncio.IncompleteReadError."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise BadMessage(f"headers of more than {MAX_HEAD} bytes") from error
    start, *lines = raw.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadMessage(f"not a header: {line[:80]!r}")
        headers.append((name, value.strip()))
    return Head(start, tuple(headers))


def parse_target(head: Head) -> Target:
    """The target of `CONNECT host:port` or `GET http://host/path`. Raises BadMessage."""
    parts = head.start.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadMessage(f"not a request line: {head.start[:80]!r}")
    method, where, version = parts
    try:
        url = urlsplit(f"//{where}" if method == "CONNECT" else where)
        port = url.port
    except ValueError as error:
        raise BadMessage(f"not a target: {where[:80]!r}") from error
    if not url.hostname:
        raise BadMessage(f"no host in {where[:80]!r}")
    if method == "CONNECT":
        return Target(url.hostname, port or 443)
    if url.scheme != "http":
        raise BadMessage(f"not http: {where[:80]!r}")
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return Target(url.hostname, port or default_port("http"), f"{method} {path} {version}")
