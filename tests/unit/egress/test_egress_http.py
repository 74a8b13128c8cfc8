"""The heads that the proxy reads and passes on."""

from __future__ import annotations

import asyncio

import pytest

from shared.egress.http import MAX_HEAD, BadMessage, Head, parse_target, read_head


async def head(raw: bytes) -> Head:
    reader = asyncio.StreamReader(limit=MAX_HEAD)
    reader.feed_data(raw)
    reader.feed_eof()
    return await read_head(reader)


async def test_a_request_is_forwarded_without_what_concerns_the_proxy_alone() -> None:
    request = await head(
        b"GET http://example.com/a?b=c HTTP/1.1\r\nHost: example.com\r\nProxy-Connection: keep-alive\r\n"
        b"Connection: X-Own\r\nX-Own: 1\r\nAccept: */*\r\n\r\n"
    )
    target = parse_target(request)
    assert (target.host, target.port, target.tunnel) == ("example.com", 80, False)
    assert request.forwarded(target.line) == (
        b"GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )


async def test_tunnels() -> None:
    target = parse_target(await head(b"CONNECT [2001:db8::1]:8443 HTTP/1.1\r\n\r\n"))
    assert (target.host, target.port, target.tunnel) == ("2001:db8::1", 8443, True)
    assert parse_target(Head("CONNECT example.com HTTP/1.1", ())).port == 443


@pytest.mark.parametrize(
    "start",
    [
        "GET /relative HTTP/1.1",
        "GET ftp://example.com/ HTTP/1.1",
        "GET https://example.com/ HTTP/1.1",
        "GET http:///x HTTP/1.1",
        "GET http://example.com:port/ HTTP/1.1",
        "GET http://example.com/ with spaces HTTP/1.1",
        "GET http://example.com/ HTTP/2",
        "nonsense",
    ],
)
def test_what_is_not_a_proxy_request_is_refused(start: str) -> None:
    with pytest.raises(BadMessage):
        parse_target(Head(start, ()))


@pytest.mark.parametrize(
    "raw",
    [b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET / HTTP/1.1\r\n folded: x\r\n\r\n", b"x" * (MAX_HEAD + 9)],
)
async def test_broken_heads_are_refused(raw: bytes) -> None:
    with pytest.raises((BadMessage, asyncio.IncompleteReadError)):
        await head(raw)


def test_status_lines() -> None:
    assert Head("HTTP/1.1 204 No Content", ()).status == 204
    with pytest.raises(BadMessage):
        _ = Head("HTTP/1.1", ()).status
