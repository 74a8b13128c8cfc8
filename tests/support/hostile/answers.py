"""Answers that are too slow, too large or never end, written by hand."""

from __future__ import annotations

import asyncio
import gzip

from tests.support.hostile.far_side import Line, Page, Request

_MB = 1_000_000
_HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_SLOW = 0.05


def slowly(head: bytes, body: bytes, then: bytes = b"", pause: float = _SLOW) -> Page:
    """A head at once, a body byte by byte, and then a few bytes again and again for ever."""

    async def play(request: Request, line: Line) -> None:
        await line.send(head)
        await drip(line, body, pause)
        while then:
            await drip(line, then, pause)

    return Page(play=play)


async def drip(line: Line, data: bytes, pause: float) -> None:
    for at in range(len(data)):
        await line.send(data[at : at + 1])
        await asyncio.sleep(pause)


def large(megabytes: int, *, kind: str = "text/html", chunked: bool = False) -> Page:
    """So many bytes of text, as fast as they are taken."""

    async def play(request: Request, line: Line) -> None:
        block = b"<p>" + b"x" * 99_997
        head = f"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: {kind}\r\n"
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {megabytes * _MB}"
        await line.send(f"{head}{length}\r\n\r\n".encode())
        for _ in range(megabytes * 10):
            await line.send(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)

    return Page(play=play)


def bomb(megabytes: int, unit: bytes) -> Page:
    """A small answer that is large when it is unpacked."""

    async def play(request: Request, line: Line) -> None:
        body = gzip.compress(unit * (megabytes * _MB // len(unit)), 1)
        head = _HTML.replace(b"html", b"css") if request.path.endswith(".css") else _HTML
        length = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
        await line.send(head + length + body)

    return Page(play=play)


def raw(answer: bytes) -> Page:
    async def play(request: Request, line: Line) -> None:
        await line.send(answer)

    return Page(play=play)


def never() -> Page:
    """No answer at all, on a connection that stays open."""

    async def play(request: Request, line: Line) -> None:
        await asyncio.sleep(70)

    return Page(play=play)
