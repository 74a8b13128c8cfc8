"""The one way out for a page that we record: a proxy that dials only the addresses it has checked.

A browser that resolves names by itself can be sent to loopback, to a cloud's metadata or into the network
around it. So it resolves nothing: each connection comes here, is resolved once, judged (`policy`) and dialled
at exactly the address that was judged. Whatever is not understood is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

from shared.egress.dialing import NoConnection, Resolve, Streams, dial, system_resolve
from shared.egress.http import MAX_HEAD, BadMessage, Head, Target, parse_target, read_head
from shared.egress.policy import NotAllowed, allowed_pairs, authority, check_addresses, check_port
from shared.egress.relay import break_off, close, copy, refuse, until_first
from shared.errors import Permanent

Cause = Literal["not_allowed", "unresolved", "unreachable", "unreadable", "too_much"]

RESOLVE_SECONDS = 10.0
RESOLVED_AT_ONCE = 32
MAX_FAULTS = 200


@dataclass(frozen=True)
class Limits:
    """What one page may take: connections (a plain request is one), bytes a plain response, bytes in all.

    What happens inside a tunnel the proxy can't see; who can, calls `cut` and `shut`.
    """

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
        self._clients: dict[asyncio.Task[None], Target | None] = {}
        self._resolving = asyncio.Semaphore(RESOLVED_AT_ONCE)
        self._shut = ""
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
        """The latest fault of a host and port; once the proxy is shut, everybody has one."""
        wanted = authority(host, port)
        fault = next((f for f in reversed(self.faults) if authority(f.host, f.port) == wanted), None)
        if fault is None and self._shut:
            return Fault(host, port, "too_much", self._shut)
        return fault

    def cut(self, host: str, port: int, reason: str) -> None:
        """Cut what is open to this host and port; the page may ask again."""
        self._note(Target(host, port), _Failed("too_much", reason))
        for client, target in list(self._clients.items()):
            if target and authority(target.host, target.port) == authority(host, port):
                client.cancel()

    def shut(self, reason: str) -> None:
        """Let nothing new through any more: tunnels are cut, a plain request that is under way may end."""
        if self._shut:
            return
        self._shut = reason
        for client, target in list(self._clients.items()):
            if target and target.tunnel:
                client.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shut:
            break_off(writer)
            return
        task = _this_task()
        self._clients[task] = None
        try:
            await self._serve(reader, writer)
        except (BadMessage, asyncio.IncompleteReadError, OSError):
            pass  # the browser sees the connection close
        except asyncio.CancelledError:
            break_off(writer)  # cut, or the proxy stops; nobody awaits this task's outcome
        finally:
            self._clients.pop(task, None)
            await close(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        target = parse_target(head)
        self._clients[_this_task()] = target
        try:
            origin_reader, origin_writer = await self._connect(target)
        except _Failed as failed:
            self._note(target, failed)
            await refuse(writer, 403 if failed.cause == "not_allowed" else 502, str(failed))
            return
        try:
            if target.tunnel:
                await self._tunnel(reader, writer, origin_reader, origin_writer)
            else:
                await self._forward(head, target, reader, writer, origin_reader, origin_writer)
        except _Failed as failed:
            self._note(target, failed)
            break_off(writer)
        finally:
            await close(origin_writer)

    def _note(self, target: Target, failed: _Failed) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(target.host, target.port, failed.cause, str(failed)))

    async def _connect(self, target: Target) -> Streams:
        self._connections += 1
        if self._connections > self._limits.connections:
            self.shut(f"the page asks for more than {self._limits.connections} connections")
            raise _Failed("too_much", self._shut)
        try:
            check_port(target.host, target.port, self._allowed)
            async with asyncio.timeout(RESOLVE_SECONDS), self._resolving:
                found = await self._resolve(target.host, target.port)
            addresses = check_addresses(target.host, target.port, found, self._allowed)
        except NotAllowed as refused:
            raise _Failed("not_allowed", str(refused)) from refused
        except (OSError, UnicodeError, ValueError) as error:
            raise _Failed("unresolved", f"the name {target.host} does not resolve") from error
        try:
            return await dial(addresses, target.host, target.port)
        except NoConnection as error:
            raise _Failed("unreachable", str(error)) from error

    async def _tunnel(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        origin_reader: asyncio.StreamReader,
        origin_writer: asyncio.StreamWriter,
    ) -> None:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await until_first(
            copy(reader, origin_writer), self._pour(origin_reader, writer, self._limits.total_bytes)
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
        await until_first(copy(reader, origin_writer), self._give_back(target, origin_reader, writer))

    async def _give_back(
        self, target: Target, origin_reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            answer = await read_head(origin_reader)
            while 100 <= answer.status < 200:
                answer = await read_head(origin_reader)
        except BadMessage as error:
            raise _Failed("unreadable", f"the answer of {target.host} can't be read: {error}") from error
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


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None  # streams serve each connection in a task of its own
    return task
