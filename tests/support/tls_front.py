"""TLS in front of the embedded Postgres, which has none: what a visitor says then goes to its socket."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

from tests.support.tls import Identity

TLS, GSS = 80877103, 80877104


@dataclass
class Front:
    """server: the socket of the Postgres behind it. offers_tls: else it says that it has none.

    port: on loopback, once it is open.
    """

    server: Path
    identity: Identity
    offers_tls: bool = field(default=True, kw_only=True)
    port: int = field(default=0, init=False)

    async def serve(self, opened: Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._visit, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        opened.set()
        async with server:
            await stop.wait()

    async def welcome(
        self, startup: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether a visitor is let through; what stands before the server's own questions."""
        return True

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            startup = await self._greet(reader, writer)
            if startup and await self.welcome(startup, reader, writer):
                of_server = await asyncio.open_unix_connection(self.server)
                of_server[1].write(startup)
                ways = ((reader, of_server[1]), (of_server[0], writer))
                await asyncio.gather(*(_carry(*way) for way in ways))
        writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
        """What the visitor begins with, once it is over TLS."""
        is_tls = False
        while True:
            packet = await packet_of(reader)
            code = struct.unpack("!I", packet[4:8])[0]
            if code not in {TLS, GSS}:
                return packet if is_tls else None
            is_tls = code == TLS and self.offers_tls
            writer.write(b"S" if is_tls else b"N")
            if is_tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.identity.certificate, self.identity.key)
                await writer.start_tls(context)


Opened = TypeVar("Opened", bound=Front)


@contextmanager
def opened(front: Opened) -> Iterator[Opened]:
    is_open, loops = Event(), list[asyncio.AbstractEventLoop]()
    stop = asyncio.Event()

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await front.serve(is_open, stop)

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    is_open.wait(10)
    try:
        yield front
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join()


async def packet_of(reader: asyncio.StreamReader) -> bytes:
    length = await reader.readexactly(4)
    return length + await reader.readexactly(struct.unpack("!I", length)[0] - 4)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
