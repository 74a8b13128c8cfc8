"""Sees every packet of the namespace: who was called, whether or not somebody listened there."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from ipaddress import ip_address

from tests.support.hostile.world import NAME_SERVER, PUBLIC, PUBLIC_V6

_ALL, _IPV4, _IPV6 = 0x0003, 0x0800, 0x86DD
_OUTGOING, _ETHERNET = 4, 14
_TCP, _UDP, _SYN, _ACK = 6, 17, 0x02, 0x10
_EPHEMERAL = 32768  # the proxy and the DevTools socket listen on loopback up here


class Sniffer:
    """calls: `tcp 127.0.0.1:9001` for each opening of a connection and each datagram that nobody may send."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
        threading.Thread(target=self._watch, name="sniffer", daemon=True).start()

    def take(self) -> list[str]:
        """The calls since the last time."""
        calls, self.calls = self.calls, []
        return calls

    def _watch(self) -> None:
        buffer = bytearray(128)
        while True:
            size, _, _, (_, protocol, kind, *_) = self._socket.recvmsg_into([buffer])
            if kind == _OUTGOING:  # each packet once
                with contextlib.suppress(struct.error, ValueError):
                    self._look(protocol, bytes(buffer[_ETHERNET:size]))

    def _look(self, protocol: int, packet: bytes) -> None:
        if protocol == _IPV4:
            carried, to, rest = packet[9], packet[16:20], packet[(packet[0] & 15) * 4 :]
        elif protocol == _IPV6:
            carried, to, rest = packet[6], packet[24:40], packet[40:]
        else:
            return
        if carried not in {_TCP, _UDP} or (carried == _TCP and (rest[13] & (_SYN | _ACK)) != _SYN):
            return
        address, port = str(ip_address(to)), struct.unpack_from("!H", rest, 2)[0]
        name = "tcp" if carried == _TCP else "udp"
        if not _may_be_called(name, address, port, struct.unpack_from("!H", rest)[0]):
            self.calls.append(f"{name} {address}:{port}")


def _may_be_called(protocol: str, address: str, port: int, source: int) -> bool:
    if protocol == "udp":
        return (address, port) == (NAME_SERVER, 53) or (source == 53 and port >= _EPHEMERAL)
    if address in {PUBLIC, PUBLIC_V6}:
        return port in {80, 443}
    return address == "127.0.0.1" and port >= _EPHEMERAL
