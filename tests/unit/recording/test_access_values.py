"""Headers and cookies: what is refused, how they are sealed, and that their values never show."""

from __future__ import annotations

import pickle

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from shared.recording import Access, CannotUnseal, WrongAccess, bound, seal, unseal

CANARY = "canary-4711"
KEY = SecretStr(Fernet.generate_key().decode())


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"headers": {"X Y": CANARY}}, "name is letters"),
        ({"headers": {"X:": CANARY}}, "name is letters"),
        ({"headers": {"": CANARY}}, "name is letters"),
        ({"headers": {"Host": CANARY}}, "Host can't be set"),
        ({"headers": {"content-LENGTH": CANARY}}, "can't be set"),
        ({"headers": {"Transfer-Encoding": CANARY}}, "can't be set"),
        ({"headers": {"Cookie": CANARY}}, "put it among the cookies"),
        ({"headers": {"Proxy-Authorization": CANARY}}, "can't be set"),
        ({"headers": {"Sec-Fetch-Site": CANARY}}, "can't be set"),
        ({"headers": {"Origin": CANARY}}, "can't be set"),
        ({"headers": {"X-A": CANARY, "x-a": CANARY}}, "there twice"),
        ({"headers": {"X-A": f"{CANARY}\r\nHost: evil"}}, "X-A must be plain"),
        ({"headers": {"X-A": f"{CANARY}\x00"}}, "X-A must be plain"),
        ({"headers": {"X-A": f"{CANARY}\n"}}, "X-A must be plain"),
        ({"headers": {"X-A": f"{CANARY}é"}}, "X-A must be plain"),
        ({"headers": {"X-A": " "}}, "X-A must be plain"),
        ({"headers": {f"X-{n}": CANARY for n in range(51)}}, "headers"),
        ({"headers": {f"X-{n}": CANARY + "x" * 7000 for n in range(3)}}, "16000 characters"),
        ({"cookies": [{"name": "a b", "value": CANARY}]}, "cookies 0: a cookie's name"),
        ({"cookies": [{"name": "a", "value": f"{CANARY}; Domain=evil"}]}, "cookies 0: a cookie's value"),
        ({"cookies": [{"name": "a", "value": f"{CANARY}\r\n"}]}, "cookies 0: a cookie's value"),
        ({"cookies": [{"name": "a", "value": CANARY, "path": "/x; HttpOnly"}]}, "cookies 0"),
        ({"cookies": [{"name": "a", "value": CANARY, "path": "x"}]}, "cookies 0"),
        ({"cookies": [{"name": "a", "value": CANARY, "secure": True}]}, "cookies 0"),
        ({"cookies": CANARY}, "cookies"),
        ({"headers": CANARY}, "headers"),
    ],
)
def test_what_cannot_be_sent_is_refused_without_its_value(fields: dict[str, object], says: str) -> None:
    with pytest.raises(WrongAccess, match=says) as raised:
        Access.parse(**fields)
    assert CANARY not in str(raised.value)
    assert raised.value.__cause__ is None
    assert CANARY not in str(raised.value.__context__)


def access() -> Access:
    return Access.parse(
        headers={"X-Demo": f" {CANARY} "},
        cookies=[{"name": "sid", "value": f'"{CANARY}"', "domain": ".Acme.example", "http_only": False}],
    )


def test_values_never_show() -> None:
    one = access()
    shown = [repr(one), str(one), one.model_dump_json(), repr(one.cookies[0]), repr(one.model_dump())]
    assert CANARY not in "".join(shown)
    assert pickle.loads(pickle.dumps(one)) == one


def test_sealed_and_unsealed_it_is_the_same() -> None:
    one = bound(access(), "https://demo.acme.example/start")
    sealed = seal(one, KEY)
    assert CANARY not in sealed
    again = unseal(sealed, KEY)
    assert again == one
    assert again.headers["X-Demo"].get_secret_value() == CANARY
    assert seal(one, KEY) != sealed
    assert (seal(Access(), KEY), unseal("", KEY), unseal("", None)) == ("", None, None)


@pytest.mark.parametrize(
    ("sealed", "key", "says"),
    [
        (None, None, "is not set"),
        (None, SecretStr(Fernet.generate_key().decode()), "is not the key"),
        ("not sealed", KEY, "is not the key"),
        ("ñ", KEY, "is not the key"),
    ],
)
def test_a_key_that_does_not_fit_is_named_with_the_cure(
    sealed: str | None, key: SecretStr | None, says: str
) -> None:
    text = seal(bound(access(), "https://acme.example"), KEY) if sealed is None else sealed
    with pytest.raises(CannotUnseal, match=f"RECORDING_ACCESS_KEY {says}.*: .*set"):
        unseal(text, key)


def test_sealing_needs_a_site_and_a_key() -> None:
    with pytest.raises(WrongAccess, match="one site"):
        seal(access(), KEY)
    with pytest.raises(CannotUnseal, match="is not set"):
        seal(bound(access(), "https://acme.example"), None)


@pytest.mark.parametrize(
    ("domain", "url", "fits"),
    [
        ("", "https://acme.example", True),
        ("acme.example", "https://acme.example", True),
        ("acme.example", "https://www.acme.example/x", True),
        ("www.acme.example", "https://acme.example", False),
        ("cme.example", "https://acme.example", False),
        ("example", "https://acme.example", False),
        ("evil.example", "https://acme.example", False),
        ("0.0.1", "http://127.0.0.1", True),  # the browser refuses it
        ("localhost", "http://localhost:3000", True),
    ],
)
def test_a_cookie_is_for_its_site(domain: str, url: str, fits: bool) -> None:
    one = Access.parse(cookies=[{"name": "a", "value": "b", "domain": domain}])
    if fits:
        assert bound(one, url).site == url
        return
    with pytest.raises(WrongAccess, match="domain"):
        bound(one, url)
