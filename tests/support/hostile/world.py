"""A network of our own, in a namespace: every address that a page must not reach is here, and listens.

All of it is done by system calls, as root of the namespace; no program is needed beside `unshare`.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

from tests.support.hostile.outside import add_card, route_everything_by

PUBLIC = "93.184.216.34"
PUBLIC_V6 = "2606:2800:220:1::1"
CARD, OWN = "out0", "10.77.0.2"
NAME_SERVER = "127.0.0.53"
FORBIDDEN = (
    "127.0.0.1",
    "127.9.9.9",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "198.18.0.1",
    "192.0.0.1",
    "168.63.129.16",
    "::1",
    "fe80::1%lo",
    "fc00::1",
    "fd00:ec2::254",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
)
PORTS = (80, 443, 8123, 9001)
"""9001 is where a Lambda function finds its Runtime API."""
UDP_PORTS = (443, 3478, 5353, 9001)

_SIOCSIFADDR, _SIOCSIFNETMASK, _SIOCSIFFLAGS = 0x8916, 0x891C, 0x8914
_IFF_UP, _IFF_RUNNING, _IFF_NOARP = 0x1, 0x40, 0x80
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_FILES = {
    "/etc/resolv.conf": f"nameserver {NAME_SERVER}\noptions timeout:2 attempts:2\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.1 intranet.corp\n",
}


def build(folder: Path) -> None:
    """Make this namespace that network: addresses on its loopback device, names by a server of ours."""
    _bring_up("lo")
    for number, address in enumerate((PUBLIC, *FORBIDDEN)):
        if "." in address and not address.startswith("127."):
            _add_v4(f"lo:{number}", address)
    for address in (PUBLIC_V6, *FORBIDDEN):
        if ":" in address and address != "::1":
            _add_v6(address.split("%")[0])
    _lead_outside()
    mount(None, "/", _MS_REC | _MS_PRIVATE)
    for name, content in _FILES.items():
        own = folder / Path(name).name
        own.write_text(content)
        mount(str(own), name, _MS_BIND)


def mount(source: str | None, target: str, flags: int) -> None:
    call = ctypes.CDLL(None, use_errno=True).mount
    if call(source and source.encode(), target.encode(), None, flags, None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {source} on {target}")


def _lead_outside() -> None:
    """The machine's own card; nobody is asked for anybody's hardware address, so that packets do leave."""
    add_card(CARD)
    _add_v4(CARD, OWN)
    _bring_up(CARD, _IFF_NOARP)
    peer = next(name for _, name in socket.if_nameindex() if name not in {"lo", CARD})
    _bring_up(peer, _IFF_NOARP)
    route_everything_by(CARD)


def _bring_up(name: str, more: int = 0) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = _IFF_UP | _IFF_RUNNING | more
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", name.encode(), flags))


def _add_v4(label: str, address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.0")):
            entry = struct.pack("16sHH4s8x", label.encode(), socket.AF_INET, 0, socket.inet_aton(value))
            fcntl.ioctl(any_socket, request, entry)


def _add_v6(address: str) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as any_socket:
        index = socket.if_nametoindex("lo")
        entry = struct.pack("16sIi", socket.inet_pton(socket.AF_INET6, address), 64, index)
        fcntl.ioctl(any_socket, _SIOCSIFADDR, entry)


def inhabitants() -> dict[int, str]:
    """The command lines of every process in this network but ourselves; zombies have none and don't count."""
    here, found = Path("/proc/self/ns/net").readlink(), {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and (folder / "ns/net").readlink() == here:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if line:
                    found[int(folder.name)] = line
        except OSError:
            continue
    return found
