"""A network card of the namespace: what is sent anywhere else leaves by it, is seen, and gets nowhere.

Without one WebRTC finds no network and sends nothing, whatever it is allowed.
https://man7.org/linux/man-pages/man7/rtnetlink.7.html
"""

from __future__ import annotations

import os
import socket
import struct

_NEW_LINK, _NEW_ROUTE = 16, 24
_REQUEST, _ACKNOWLEDGE, _CREATE = 0x1, 0x4, 0x400
_NAME, _LINK_INFO, _KIND, _OUT_BY = 3, 18, 1, 4
_MAIN_TABLE, _BOOT, _SCOPE_LINK, _UNICAST = 254, 3, 253, 1


def add_card(name: str) -> None:
    """One end of a virtual cable, still without an address. Raises OSError."""
    kind = _attribute(_LINK_INFO, _attribute(_KIND, b"veth\0"))
    _ask(_NEW_LINK, struct.pack("BxHiII", 0, 0, 0, 0, 0) + _attribute(_NAME, name.encode() + b"\0") + kind)


def route_everything_by(name: str) -> None:
    """The default route of IPv4, without a gateway. Raises OSError."""
    route = struct.pack("BBBBBBBBI", socket.AF_INET, 0, 0, 0, _MAIN_TABLE, _BOOT, _SCOPE_LINK, _UNICAST, 0)
    _ask(_NEW_ROUTE, route + _attribute(_OUT_BY, struct.pack("I", socket.if_nametoindex(name))))


def _attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def _ask(what: int, body: bytes) -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        flags = _REQUEST | _ACKNOWLEDGE | _CREATE
        kernel.send(struct.pack("IHHII", 16 + len(body), what, flags, 1, 0) + body)
        error = -struct.unpack_from("i", kernel.recv(4096), 16)[0]
    if error:
        raise OSError(error, f"rtnetlink request {what}: {os.strerror(error)}")
