"""The name server of the rig: what it answers is what hostile name servers answer."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections import Counter

from tests.support.hostile.world import NAME_SERVER, PUBLIC, PUBLIC_V6

_A, _AAAA, _CNAME = 1, 28, 5
_NO_SUCH_NAME = 3
_SPELLED = re.compile(r"ip-(\d+)-(\d+)-(\d+)-(\d+)\.")


class Names(asyncio.DatagramProtocol):
    """asked: how often each name was asked for its IPv4 address."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def serve(self) -> None:
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, (NAME_SERVER, 53))

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1 : at + 1 + data[at]].decode("latin-1").lower())
            at += 1 + data[at]
        question, kind = data[12 : at + 5], struct.unpack_from("!H", data, at + 1)[0]
        answer = self._answer(".".join(labels) + ".", kind)
        if answer is None:
            return
        code, records = answer
        head = struct.pack("!HHHHHH", *struct.unpack_from("!H", data), 0x8180 | code, 1, len(records), 0, 0)
        body = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", t, 1, 0, len(r)) + r for t, r in records)
        self._transport.sendto(head + question + body, addr)

    def _answer(self, name: str, kind: int) -> tuple[int, list[tuple[int, bytes]]] | None:
        """The response code and the records, (type, data); None for silence."""
        if kind == _A:
            self.asked[name] += 1
        if name.startswith("silent."):
            return None
        if name.startswith("missing.") or not name.endswith(".test."):
            return _NO_SUCH_NAME, []
        if kind == _AAAA:
            return 0, [(_AAAA, socket.inet_pton(socket.AF_INET6, a)) for a in self._v6(name)]
        if kind == _A:
            return 0, [(_A, socket.inet_aton(a)) for a in self._v4(name)]
        return 0, []

    def _v4(self, name: str) -> list[str]:
        spelled = _SPELLED.match(name)
        if spelled:
            return [".".join(spelled.groups())]
        if name.startswith("rebinding."):
            return [PUBLIC if self.asked[name] == 1 else "127.0.0.1"]
        if name.startswith("flipping."):
            return [PUBLIC if self.asked[name] % 2 else "127.0.0.1"]
        if name.startswith("two-addresses."):
            return [PUBLIC, "10.0.0.1"]
        if name.startswith(("only-v6.", "private-v6.")):
            return []
        return [PUBLIC]

    def _v6(self, name: str) -> list[str]:
        if name.startswith("v6-loopback."):
            return ["::1"]
        if name.startswith("private-v6."):
            return ["fd00:ec2::254"]
        if name.startswith("only-v6."):
            return [PUBLIC_V6]
        if name.startswith("mapped."):
            return ["::ffff:127.0.0.1"]
        return []
