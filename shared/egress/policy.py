"""Which addresses somebody else's page, or a webhook, may reach: judged purely by host, port and address."""

from __future__ import annotations

import contextlib
import socket
import unicodedata
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from urllib.parse import SplitResult, unquote, urlsplit

from shared.errors import Permanent

Address = IPv4Address | IPv6Address

WEB_PORTS = frozenset({80, 443})
FOR_PAGES = "RECORDING_ALLOW_HOSTS"
"""The setting that lets pages go where they may not; others who go out have another."""

# What Python's registry calls global or leaves out, and yet is no place for a page to go.
_CLOSED_V4 = (
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # the host of an Azure machine
)
_OPEN_V6 = IPv6Network("2000::/3")  # all that is routed; everything else is local, reserved or translated
_CLOSED_V6 = (
    IPv6Network("2001::/23"),  # Teredo, ORCHID, benchmarks
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4: any IPv4 address may hide in it
    IPv6Network("3fff::/20"),
)
_NAT64 = IPv6Network("64:ff9b::/96")


class NotAllowed(Permanent):
    """Pages and webhooks may not go there."""


def is_public(address: Address) -> bool:
    """Whether the address is a public, unicast one. IPv4 inside IPv6 is judged as the IPv4 that it is."""
    if isinstance(address, IPv6Address):
        inner = _translated(address)
        if inner is not None:
            return is_public(inner)
        return address in _OPEN_V6 and not any(address in closed for closed in _CLOSED_V6)
    if address.is_multicast or any(address in closed for closed in _CLOSED_V4):
        return False
    return address.is_global


def _translated(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a mapped or NAT64 address stands for."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def parse_address(text: str) -> Address:
    """An address as resolvers write it; a zone such as `%eth0` is put aside."""
    return ip_address(text.split("%", 1)[0])


def literal_address(host: str) -> Address | None:
    """The address that browsers see in a host; None for a name.

    They take `127.1`, `0x7f000001`, `017700000001`, full-width digits and percent signs for digits as well.
    https://url.spec.whatwg.org/#host-parsing
    """
    plain = unicodedata.normalize("NFKC", unquote(host.strip("[]"))).replace("\u3002", ".").rstrip(".")
    with contextlib.suppress(ValueError):
        return parse_address(plain)
    with contextlib.suppress(OSError):
        return IPv4Address(socket.inet_aton(plain))
    return None


def authority(host: str, port: int) -> str:
    """`host:port` as RECORDING_ALLOW_HOSTS writes it: lower case, no brackets, no final dot."""
    return f"{host.strip('[]').rstrip('.').lower()}:{port}"


def allowed_pairs(allow_hosts: tuple[str, ...]) -> frozenset[str]:
    """The settings' pairs in the form of `authority`."""
    pairs = (pair.rpartition(":") for pair in allow_hosts)
    return frozenset(authority(host, int(port)) for host, _, port in pairs)


def check_port(host: str, port: int, allowed: frozenset[str], setting: str = FOR_PAGES) -> None:
    """Raises NotAllowed unless the port is 80 or 443 or the pair is allowed."""
    if authority(host, port) in allowed:
        return
    address = literal_address(host)
    if address is not None:  # a name is judged once it is resolved
        check_addresses(host, port, [str(address)], allowed, setting)
    if port not in WEB_PORTS:
        raise NotAllowed(
            f"{host} is asked on port {port}, and only ports 80 and 443 are open;{cure(host, port, setting)}"
        )


def check_addresses(
    host: str, port: int, addresses: list[str], allowed: frozenset[str], setting: str = FOR_PAGES
) -> list[str]:
    """The addresses to dial. Raises NotAllowed if *any* of them is not public, unless the pair is allowed."""
    if authority(host, port) in allowed:
        return addresses
    for text in addresses:
        if not is_public(parse_address(text)):
            raise NotAllowed(f"{host} points at a private address ({text});{cure(host, port, setting)}")
    return addresses


def cure(host: str, port: int, setting: str) -> str:
    return f" if that is meant, set {setting}={authority(host, port)} to allow it"


def check_url(url: str, allow_hosts: tuple[str, ...] = (), setting: str = FOR_PAGES) -> SplitResult:
    """Judge a URL by its text alone: http or https, a host, a port that is open, no user name in it.

    setting: the one that `allow_hosts` comes from.

    Raises:
        NotAllowed: with the reason.
    """
    shown = url if len(url) <= 200 else url[:200] + "…"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed(f"{shown} is not a URL: {error}") from error
    if parts.scheme not in {"http", "https"}:
        raise NotAllowed(f"{shown} is not a web address: it must start with http:// or https://")
    if not parts.hostname:
        raise NotAllowed(f"{shown} names no host")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed(f"the URL of {parts.hostname} carries a user name or password; take it out")
    check_port(parts.hostname, port or default_port(parts.scheme), allowed_pairs(allow_hosts), setting)
    return parts


def default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
