"""Which addresses and URLs are open to pages, as data."""

from __future__ import annotations

import pytest

from shared.egress import NotAllowed, check_url, is_public
from shared.egress.policy import (
    allowed_pairs,
    check_addresses,
    check_port,
    literal_address,
    parse_address,
)

CLOSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.5",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.9.9.9",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.7",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.9",
    "203.0.113.4",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "4000::1",
]
OPEN = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.1.1",
    "198.17.0.1",
    "198.20.0.1",
    "223.255.255.254",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]


@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses(address: str) -> None:
    assert not is_public(parse_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_open_addresses(address: str) -> None:
    assert is_public(parse_address(address))


def test_one_private_address_among_public_ones_closes_a_name() -> None:
    with pytest.raises(NotAllowed, match=r"example.com points at a private address \(10.0.0.5\)"):
        check_addresses("example.com", 443, ["8.8.8.8", "10.0.0.5"], frozenset())
    assert check_addresses("example.com", 443, ["8.8.8.8"], frozenset()) == ["8.8.8.8"]


def test_an_allowed_pair_is_taken_as_it_is_and_no_other() -> None:
    allowed = allowed_pairs(("Intranet.example:8080", "[::1]:9000"))
    assert check_addresses("intranet.EXAMPLE.", 8080, ["10.0.0.5"], allowed) == ["10.0.0.5"]
    check_port("intranet.example", 8080, allowed)
    check_port("::1", 9000, allowed)
    for host, port in (("intranet.example", 80), ("other.example", 80)):
        with pytest.raises(NotAllowed, match=f"RECORDING_ALLOW_HOSTS={host}:{port}"):
            check_addresses(host, port, ["10.0.0.5"], allowed)
    with pytest.raises(NotAllowed, match="ports 80 and 443"):
        check_port("intranet.example", 8081, allowed)
    with pytest.raises(NotAllowed, match="private address"):
        check_port("::1", 9001, allowed)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("data:text/html,x", "http:// or https://"),
        ("//example.com", "http:// or https://"),
        ("http:///path", "names no host"),
        ("http://example.com:99999/", "is not a URL"),
        ("http://[::1/", "is not a URL"),
        ("http://user:secret@example.com/", "carries a user name"),
        ("http://example.com:22/", "ports 80 and 443"),
        ("http://192.168.0.1/", "private address"),
        ("x" * 5000, "…"),
    ],
)
def test_urls_refused_by_their_text(url: str, words: str) -> None:
    with pytest.raises(NotAllowed, match=words) as refused:
        check_url(url)
    assert "secret" not in str(refused.value)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7F.1",
        "017700000001",
        "0177.0.0.01",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "①②⑦.0.0.①",
    ],
)
def test_every_spelling_of_an_address_is_that_address(host: str) -> None:
    assert str(literal_address(host)) == "127.0.0.1"
    with pytest.raises(NotAllowed, match=r"private address \(127.0.0.1\)"):
        check_url(f"http://{host}/")


@pytest.mark.parametrize(
    "host", ["example.com", "1.2.3.4.example", "0x7f.example", "localhost", "a", "", "1.2.3.4.5"]
)
def test_names_are_no_addresses(host: str) -> None:
    assert literal_address(host) is None


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "https://example.com/a?b#c", "HTTP://EXAMPLE.com:80/", "https://münchen.de/"],
)
def test_web_addresses(url: str) -> None:
    assert check_url(url).hostname


def test_a_named_pair_opens_its_port() -> None:
    assert check_url("http://127.0.0.1:8000/", ("127.0.0.1:8000",)).port == 8000
