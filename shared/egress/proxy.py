"""The one way out for a page that we record: a proxy that dials only the addresses it has checked.

A browser that resolves names by itself can be sent to loopback, to a cloud's metadata or into the network
around it. So it resolves nothing: each connection comes here, is resolved once, judged (`policy`) and dialled
at exactly the address that was judged. Whatever is not understood is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from shared.egress.http import MAX_HEAD, BadMessage, Head, Target, parse_target, read_head
from shared.egress.policy import NotAllowed, allowed_pairs, authority, check_addresses, check_port
from shared.errors import Permanent

Resolve = Callable[[str, int], Awaitable[list[str]]]
Cause = Literal["not_allowed", "unresolved", "unreachable", "too_much"]

RESOLVE_SECONDS = 10.0
DIAL_SECONDS = 10.0
MAX_FAULTS = 200


@dataclass(frozen=True)
class Limits:
    """What one page may take: connections (a plain request is one), bytes a plain response, bytes in all."""

    connections: int = 500
    response_bytes: int = 25_000_000
    total_bytes: int = 100_000_000


NOTHING = Limits(connections=0)


@dataclass(frozen=True)
class Fault:
    """A connection that did not come about or was cut, and why, as a clause for a person."""

    host: str
    port: int
    cause: Cause
    reason: str


class _Failed(Permanent):
    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause: Cause = cause


async def system_resolve(host: str, port: int) -> list[str]:
    """Every address of a host, as the system's resolver gives them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class EgressProxy:
    """An HTTP forward and CONNECT proxy on a loopback port.

    allow_hosts: host:port pairs that are let through whatever their address is.
    resolve: gives the addresses of a host.
    faults: what did not come about so far, in order.
    """

    def __init__(
        self,
        allow_hosts: tuple[str, ...] = (),
        *,
        limits: Limits | None = None,
        resolve: Resolve = system_resolve,
    ) -> None:
        self._allowed = allowed_pairs(allow_hosts)
        self._limits = limits or Limits()
        self._resolve = resolve
        self._clients: set[asyncio.Task[None]] = set()
        self._connections = 0
        self._bytes = 0
        self.faults: list[Fault] = []
        self.port = 0

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[EgressProxy]:
        """Serve on `port` until left; open connections are cut then."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=MAX_HEAD)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            clients = list(self._clients)
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)
            await server.wait_closed()

    def fault_of(self, host: str, port: int) -> Fault | None:
        """The latest fault of a host and port."""
        wanted = authority(host, port)
        return next((f for f in reversed(self.faults) if authority(f.host, f.port) == wanted), None)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # streams run this callback in a task of its own
        self._clients.add(task)
        try:
            await self._serve(reader, writer)
        except (BadMessage, asyncio.IncompleteReadError, OSError):
            pass  # the browser sees the connection close
        except asyncio.CancelledError:
            pass  # the proxy stops; nobody awaits this task's outcome
        finally:
            self._clients.discard(task)
            await _close(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        target = parse_target(head)
        try:
            origin_reader, origin_writer = await self._connect(target)
        except _Failed as failed:
            self._note(target, failed)
            await _answer(writer, 403 if failed.cause == "not_allowed" else 502, str(failed))
            return
        try:
            if target.tunnel:
                await self._tunnel(reader, writer, origin_reader, origin_writer)
            else:
                await self._forward(head, target, reader, writer, origin_reader, origin_writer)
        except _Failed as failed:
            self._note(target, failed)
        finally:
            await _close(origin_writer)

    def _note(self, target: Target, failed: _Failed) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(target.host, target.port, failed.cause, str(failed)))

    async def _connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._connections += 1
        if self._connections > self._limits.connections:
            raise _Failed("too_much", f"the page asks for more than {self._limits.connections} connections")
        try:
            check_port(target.host, target.port, self._allowed)
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await self._resolve(target.host, target.port)
            addresses = check_addresses(target.host, target.port, found, self._allowed)
        except NotAllowed as refused:
            raise _Failed("not_allowed", str(refused)) from refused
        except (OSError, UnicodeError, ValueError) as error:
            raise _Failed("unresolved", f"the name {target.host} does not resolve") from error
        return await _dial(target, addresses)

    async def _tunnel(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        origin_reader: asyncio.StreamReader,
        origin_writer: asyncio.StreamWriter,
    ) -> None:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _until_first(
            _copy(reader, origin_writer), self._pour(origin_reader, writer, self._limits.total_bytes)
        )

    async def _forward(
        self,
        head: Head,
        target: Target,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        origin_reader: asyncio.StreamReader,
        origin_writer: asyncio.StreamWriter,
    ) -> None:
        origin_writer.write(head.forwarded(target.line))
        # Bytes that follow the request can only reach the origin that was checked, and it is told to close.
        await _until_first(_copy(reader, origin_writer), self._give_back(origin_reader, writer))

    async def _give_back(self, origin_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = await read_head(origin_reader)
        while 100 <= answer.status < 200:
            answer = await read_head(origin_reader)
        writer.write(answer.forwarded())
        await self._pour(origin_reader, writer, self._limits.response_bytes)

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int) -> None:
        """Copy what the origin sends, up to `most` bytes and to what the page may still take in all."""
        poured = 0
        while data := await reader.read(65_536):
            poured += len(data)
            self._bytes += len(data)
            if poured > most or self._bytes > self._limits.total_bytes:
                limit = most if poured > most else self._limits.total_bytes
                raise _Failed("too_much", f"the page loads more than {limit // 1_000_000} MB")
            writer.write(data)
            await writer.drain()


async def _dial(target: Target, addresses: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the first of these checked addresses that answers."""
    problem = "it has no address"
    for address in addresses:
        try:
            async with asyncio.timeout(DIAL_SECONDS):
                return await asyncio.open_connection(address, target.port, limit=MAX_HEAD)
        except TimeoutError:
            problem = f"no answer within {DIAL_SECONDS:.0f} s"
        except ConnectionRefusedError:
            problem = "connection refused"
        except OSError as error:
            problem = error.strerror or str(error)
    raise _Failed("unreachable", f"{target.host} can't be reached on port {target.port}: {problem}")


async def _until_first(*directions: Coroutine[Any, Any, None]) -> None:
    """Run both directions until one ends, since then the connection has; raise what it raised."""
    tasks = [asyncio.create_task(direction) for direction in directions]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end; a side that has gone ends it quietly, since the other direction will notice."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


async def _answer(writer: asyncio.StreamWriter, status: int, reason: str) -> None:
    body = reason.encode()
    phrase = "Forbidden" if status == 403 else "Bad Gateway"
    head = f"HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    with contextlib.suppress(OSError):
        await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()
