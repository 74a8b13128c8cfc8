"""The proxy over sockets, used through httpx, with what arrives counted on the far side."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.egress import EgressProxy, Limits


class Origin:
    """A server that answers every request with `body` and counts connections. greeting: before all else."""

    def __init__(self) -> None:
        self.body = b"hello"
        self.greeting = b""
        self.connections = 0
        self.heard = b""
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.heard = await reader.readuntil(b"\r\n\r\n")
        writer.write(
            self.greeting + b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(self.body) + self.body
        )
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    origin = Origin()
    server = await asyncio.start_server(origin.answer, "127.0.0.1", 0)
    origin.port = server.sockets[0].getsockname()[1]
    async with server:
        yield origin


async def get(proxy: EgressProxy, url: str) -> httpx.Response:
    async with httpx.AsyncClient(
        proxy=f"http://127.0.0.1:{proxy.port}", trust_env=False, timeout=10
    ) as client:
        return await client.get(url)


async def tunnel(proxy: EgressProxy, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An open tunnel to a port of this machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


class Resolver:
    """Gives one list of addresses after another for any name."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


async def test_an_allowed_pair_is_reached(origin: Origin) -> None:
    async with EgressProxy((f"127.0.0.1:{origin.port}",)).serving() as proxy:
        response = await get(proxy, f"http://127.0.0.1:{origin.port}/path?query")
    assert (response.status_code, response.content) == (200, b"hello")
    assert origin.heard.startswith(b"GET /path?query HTTP/1.1\r\n")
    assert b"proxy" not in origin.heard.lower()
    assert proxy.faults == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0177.0.0.1", "127.1"])
async def test_nothing_else_on_this_machine_is(origin: Origin, host: str) -> None:
    async with EgressProxy(("127.0.0.1:9",)).serving() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(f"GET http://{host}:{origin.port}/ HTTP/1.1\r\n\r\n".encode())
        assert (await reader.readline()).split()[1] in {b"403", b"502"}
        writer.close()
        await writer.wait_closed()
    assert origin.connections == 0
    assert proxy.faults[0].cause in {"not_allowed", "unresolved"}


async def test_a_name_is_resolved_once_and_dialled_at_that_address(origin: Origin) -> None:
    rebinding = Resolver(["127.0.0.1"], ["8.8.8.8"])
    pair = f"rebind.example:{origin.port}"
    async with EgressProxy((pair,), resolve=rebinding).serving() as proxy:
        response = await get(proxy, f"http://{pair}/")
    assert (response.status_code, rebinding.asked, origin.connections) == (200, 1, 1)


async def test_a_name_that_turns_private_is_refused(origin: Origin) -> None:
    resolver = Resolver(["8.8.8.8", "127.0.0.1"])
    async with EgressProxy(resolve=resolver).serving() as proxy:
        for url in ("http://evil.example/", "http://evil.example:80/again"):
            response = await get(proxy, url)
            assert response.status_code == 403
            assert "private address (127.0.0.1)" in response.text
        with pytest.raises(httpx.ProxyError, match="403"):
            await get(proxy, "https://evil.example/")
        fault = proxy.fault_of("EVIL.example", 443)
    assert fault is not None
    assert "RECORDING_ALLOW_HOSTS=evil.example:443" in fault.reason


async def test_what_resolves_to_nothing_or_to_nonsense_is_refused() -> None:
    for answer in ([], ["not an address"]):
        async with EgressProxy(resolve=Resolver(answer)).serving() as proxy:
            assert (await get(proxy, "http://empty.example/")).status_code == 502


async def test_a_response_too_large_is_cut(origin: Origin) -> None:
    origin.body = b"x" * 3_000_000
    limits = Limits(response_bytes=1_000_000)
    async with EgressProxy((f"127.0.0.1:{origin.port}",), limits=limits).serving() as proxy:
        with pytest.raises(httpx.ReadError):  # broken, not ended: it must not look complete
            await get(proxy, f"http://127.0.0.1:{origin.port}/")
    assert proxy.faults[0].cause == "too_much"


async def test_a_page_that_takes_too_much_in_all_is_cut(origin: Origin) -> None:
    origin.body = b"x" * 400_000
    limits = Limits(connections=2, total_bytes=1_000_000)
    async with EgressProxy((f"127.0.0.1:{origin.port}",), limits=limits).serving() as proxy:
        url = f"http://127.0.0.1:{origin.port}/"
        assert [(await get(proxy, url)).status_code for _ in range(3)] == [200, 200, 502]
    assert origin.connections == 2


async def test_a_tunnel_carries_both_ways_and_ends(origin: Origin) -> None:
    async with EgressProxy((f"127.0.0.1:{origin.port}",)).serving() as proxy:
        reader, writer = await tunnel(proxy, origin.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert (await reader.read()).endswith(b"hello")
        writer.close()
        await writer.wait_closed()


async def test_what_is_cut_breaks_and_may_be_asked_again(origin: Origin) -> None:
    async with EgressProxy((f"127.0.0.1:{origin.port}",)).serving() as proxy:
        reader, writer = await tunnel(proxy, origin.port)
        proxy.cut("127.0.0.1", origin.port, "it is too large")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        assert proxy.faults[-1].reason == "it is too large"
        assert (await get(proxy, f"http://127.0.0.1:{origin.port}/")).status_code == 200


async def test_once_shut_nothing_gets_through(origin: Origin) -> None:
    async with EgressProxy((f"127.0.0.1:{origin.port}",)).serving() as proxy:
        reader, writer = await tunnel(proxy, origin.port)
        proxy.shut("the page makes more than 500 requests")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        with pytest.raises(httpx.HTTPError):
            await get(proxy, f"http://127.0.0.1:{origin.port}/")
        fault = proxy.fault_of("127.0.0.1", origin.port)
    assert fault is not None
    assert (fault.cause, fault.reason) == ("too_much", "the page makes more than 500 requests")
    assert origin.connections == 1


async def test_an_answer_that_is_not_http_is_a_fault_that_says_so(origin: Origin) -> None:
    origin.greeting = b"220 mail.example ESMTP\r\n\r\n"
    async with EgressProxy((f"127.0.0.1:{origin.port}",)).serving() as proxy:
        with pytest.raises(httpx.HTTPError):
            await get(proxy, f"http://127.0.0.1:{origin.port}/")
    assert proxy.faults[0].cause == "unreadable"
    assert "220 mail.example" in proxy.faults[0].reason
