"""Everything a page can call: the public site that serves it, and listeners where it has no business."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.hostile.names import Names
from tests.support.hostile.world import FORBIDDEN, PORTS, PUBLIC, PUBLIC_V6, UDP_PORTS

Play = Callable[["Request", "Line"], Awaitable[None]]
SECRET = b"the next invocation's payload"


@dataclass(frozen=True)
class Request:
    """A request as it came. head: its lines, in Latin-1."""

    method: str
    path: str
    host: str
    head: str
    body: bytes

    @property
    def proxied(self) -> bool:
        """Whether it came through our proxy, which never keeps a connection open."""
        return "\nconnection: close" in self.head.lower()


@dataclass(frozen=True)
class Page:
    """What the site answers; `play` instead writes the whole answer by itself."""

    body: str | bytes = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    play: Play | None = None


@dataclass
class FarSide:
    """hits: what came in at forbidden addresses; requests: what came in at the site; sent: its bytes."""

    hits: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    sent: int = 0
    names: Names = field(default_factory=Names)
    find: Callable[[str, str], Page] = lambda host, path: Page("nothing here", 404)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def start(self, certificate: Path) -> None:
        """Serve in a thread until the process ends."""
        ready = threading.Event()

        async def serve() -> None:
            await self.names.serve()
            secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            secure.load_cert_chain(certificate)
            for address in (PUBLIC, PUBLIC_V6):
                await asyncio.start_server(self._serve, address, 80, limit=1 << 20)
                await asyncio.start_server(self._serve, address, 443, limit=1 << 20, ssl=secure)
            for address in FORBIDDEN:
                for port in PORTS:
                    await asyncio.start_server(self._catch, address, port)
                for port in UDP_PORTS:
                    await self._loop.create_datagram_endpoint(
                        lambda: _Datagrams(self.hits), local_addr=(address, port)
                    )
            ready.set()
            await asyncio.Event().wait()

        threading.Thread(target=self._loop.run_until_complete, args=(serve(),), daemon=True).start()
        if not ready.wait(20):
            raise RuntimeError("the far side does not come up")

    async def _catch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address, port = writer.get_extra_info("sockname")[:2]
        hit = f"tcp {address}:{port}"
        self.hits.append(hit)
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(2):
                first = (await reader.readline()).decode("latin-1").split(" ")
            self.hits.append(f"{hit} {' '.join(first[:2]).strip()}")
            head = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/html\r\n"
            writer.write(
                f"{head}Content-Length: {len(SECRET)}\r\nConnection: close\r\n\r\n".encode() + SECRET
            )
            await writer.drain()
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether another may follow on the same connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        fields = {
            k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head.split("\r\n")[1:])
        }
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        request = Request(method, path, fields.get("host", ""), head, body)
        self.requests.append(request)
        page = self.find(request.host, path.split("?")[0])
        if page.play is not None:
            await page.play(request, Line(writer, self))
            return False
        content = page.body.encode() if isinstance(page.body, str) else page.body
        lines = [f"{name}: {value}" for name, value in page.headers]
        start = "\r\n".join([f"HTTP/1.1 {page.status} -", *lines, f"Content-Length: {len(content)}"])
        writer.write(start.encode() + b"\r\n\r\n" + content)
        await writer.drain()
        self.sent += len(content)
        return not request.proxied


class Line:
    """A connection to the site on which somebody writes by hand; what is sent is counted."""

    def __init__(self, writer: asyncio.StreamWriter, far_side: FarSide) -> None:
        self._writer = writer
        self._far_side = far_side

    async def send(self, data: bytes) -> None:
        """Raises ConnectionError when nobody takes it any more."""
        self._writer.write(data)
        await self._writer.drain()
        await asyncio.sleep(0)  # a broken connection drops what is written, and is known to be so only now
        self._far_side.sent += len(data)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, hits: list[str]) -> None:
        self._hits = hits

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._name = "{}:{}".format(*transport.get_extra_info("sockname")[:2])

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._hits.append(f"udp {self._name}")
