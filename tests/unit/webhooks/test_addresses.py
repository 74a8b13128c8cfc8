"""Where webhooks may go, as far as the text of a URL tells."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.egress import NotAllowed
from shared.webhooks.addresses import Url, check_address

READ: TypeAdapter[str] = TypeAdapter(Url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://93.184.215.14/", "https:// addresses only"),
        ("https://127.0.0.1/", "private address"),
        ("https://127.1/", "private address"),
        ("https://0x7f000001/", "private address"),
        ("https://①②⑦.0.0.1/", "private address"),
        ("https://[::1]/", "private address"),
        ("https://[::ffff:10.0.0.1]/", "private address"),
        ("https://169.254.169.254/latest/meta-data/", "private address"),
        ("https://93.184.215.14:8443/", "only ports 80 and 443"),
        ("https://user:secret@93.184.215.14/", "user name or password"),
        ("ftp://93.184.215.14/", "not a web address"),
        ("file:///etc/passwd", "not a web address"),
        ("http://127.0.0.1:8001/", "private address"),  # another port than the one that is allowed
    ],
)
def test_what_is_refused_is_told_why(url: str, why: str) -> None:
    with pytest.raises(NotAllowed, match=why) as refused:
        check_address(READ.validate_python(url), ("127.0.0.1:8000",))
    assert "RECORDING_ALLOW_HOSTS" not in str(refused.value)


def test_the_cure_names_the_setting() -> None:
    with pytest.raises(NotAllowed, match=r"set WEBHOOK_ALLOW_HOSTS=127\.0\.0\.1:8000 to allow it"):
        check_address("http://127.0.0.1:8000/", ())


@pytest.mark.parametrize(
    "url", ["https://93.184.215.14/hook?a=b", "http://127.0.0.1:8000/", "https://127.0.0.1:8000/"]
)
def test_the_public_internet_and_what_is_allowed_are_open(url: str) -> None:
    check_address(READ.validate_python(url), ("127.0.0.1:8000",))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://Bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("HTTPS://ACME.example", "https://acme.example/"),
        ("https:\\\\acme.example\\x", "https://acme.example/x"),
    ],
)
def test_an_address_has_one_form(given: str, read: str) -> None:
    assert READ.validate_python(given) == read


@pytest.mark.parametrize("url", ["", "acme", "https://", "https://a b/", "https://[::1/", "x" * 2001])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(url)
