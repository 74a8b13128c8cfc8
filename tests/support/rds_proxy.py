"""The door of RDS Proxy on loopback: TLS, then a token of IAM's, whose signature is checked as AWS does, and
then a real Postgres behind it.

The signature is computed here by its rules alone, without the SDK:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import parse_qsl, quote

from tests.support.tls import HOST, Identity

TLS, GSS = 80877103, 80877104
SERVICE = "rds-db"


@dataclass
class Door:
    """server: the socket of the Postgres behind it, which trusts whoever comes that way. secret: of the
    credentials that tokens are signed with. offers_tls: else it says that it has none.

    port: once it is open. tokens: that were shown, good or not. refused: why some were.
    """

    server: Path
    identity: Identity
    region: str
    secret: str
    offers_tls: bool = True
    port: int = 0
    tokens: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def serve(self, opened: Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._visit, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        opened.set()
        async with server:
            await stop.wait()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            startup = await self._greet(reader, writer)
            if startup:
                await self._let_in(startup, reader, writer)
        writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
        """What the visitor begins with, once it is over TLS."""
        is_tls = False
        while True:
            packet = await _packet(reader)
            code = struct.unpack("!I", packet[4:8])[0]
            if code not in {TLS, GSS}:
                return packet if is_tls else None
            is_tls = code == TLS and self.offers_tls
            writer.write(b"S" if is_tls else b"N")
            if is_tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.identity.certificate, self.identity.key)
                await writer.start_tls(context)

    async def _let_in(
        self, startup: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"R" + struct.pack("!II", 8, 3))  # asks for a password as it is
        await writer.drain()
        if await reader.readexactly(1) != b"p":
            return
        token = (await _packet(reader))[4:].rstrip(b"\0").decode()
        self.tokens.append(token)
        fault = self._fault(token, _parameters(startup)["user"])
        if fault:
            self.refused.append(fault)
            said = b"SFATAL\0C28P01\0MPAM authentication failed\0\0"
            writer.write(b"E" + struct.pack("!I", len(said) + 4) + said)
            await writer.drain()
            return
        of_server = await asyncio.open_unix_connection(self.server)
        of_server[1].write(startup)
        ways = ((reader, of_server[1]), (of_server[0], writer))
        await asyncio.gather(*(_carry(*way) for way in ways))

    def _fault(self, token: str, user: str) -> str:
        """What is wrong with it; nothing, if it lets this user in now."""
        where, _, query = token.partition("/?")
        given = dict(parse_qsl(query, strict_parsing=True))
        made = datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        scope = f"{made:%Y%m%d}/{self.region}/{SERVICE}/aws4_request"
        checks = {
            "is for another place": where == f"{HOST}:{self.port}",
            "is no sign-in": given["Action"] == "connect" and given["DBUser"] == user,
            "is of another scope": given["X-Amz-Credential"].partition("/")[2] == scope,
            "holds for too long": given["X-Amz-Expires"] == "900",
            "is too old": abs(datetime.now(UTC) - made) < timedelta(minutes=15),
            "is signed by nobody": hmac.compare_digest(
                given.pop("X-Amz-Signature"), self._signature(where, given, scope)
            ),
        }
        return next((fault for fault, holds in checks.items() if not holds), "")

    def _signature(self, where: str, given: dict[str, str], scope: str) -> str:
        query = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(given.items())
        )
        asked = f"GET\n/\n{query}\nhost:{where}\n\nhost\n{hashlib.sha256(b'').hexdigest()}"
        digest = hashlib.sha256(asked.encode()).hexdigest()
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        text = f"AWS4-HMAC-SHA256\n{given['X-Amz-Date']}\n{scope}\n{digest}"
        return hmac.digest(key, text.encode(), "sha256").hex()


@contextmanager
def opened_door(door: Door) -> Iterator[Door]:
    opened, loops = Event(), list[asyncio.AbstractEventLoop]()
    stop = asyncio.Event()

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await door.serve(opened, stop)

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    opened.wait(10)
    try:
        yield door
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join()


async def _packet(reader: asyncio.StreamReader) -> bytes:
    length = await reader.readexactly(4)
    return length + await reader.readexactly(struct.unpack("!I", length)[0] - 4)


def _parameters(startup: bytes) -> dict[str, str]:
    parts = startup[8:].decode().split("\0")
    return dict(zip(parts[::2], parts[1::2], strict=False))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
