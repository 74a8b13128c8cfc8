"""Signatures, against a check that was written from the specification."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from shared.webhooks.signing import new_secret, signed_headers
from tests.support.receiver import Got, is_signed

BODY = '{"type":"video.ready","data":{"name":"Søren ☂"}}'


def sent(*secrets: str, body: str = BODY) -> Got:
    return Got("/", signed_headers(secrets, "event-1", datetime.now(UTC), body), body.encode())


def test_a_known_signature() -> None:
    """Computed apart: `printf '%s' ID.TIME.BODY | openssl dgst -sha256 -mac HMAC -macopt hexkey:…`."""
    at = datetime.fromtimestamp(1614265330, UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = signed_headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_signature_holds_for_what_was_signed_alone() -> None:
    secret = new_secret()
    got = sent(secret)
    assert is_signed(secret, got)
    assert not is_signed(new_secret(), got)
    assert not is_signed(secret, Got("/", got.headers, got.body + b" "))
    for name, value in (
        ("webhook-id", "event-2"),
        ("webhook-timestamp", str(int(got.headers["webhook-timestamp"]) + 1)),
    ):
        assert not is_signed(secret, Got("/", got.headers | {name: value}, got.body))


def test_while_a_secret_is_replaced_both_are_good() -> None:
    new, former = new_secret(), new_secret()
    got = sent(new, former)
    assert is_signed(new, got) and is_signed(former, got)
    assert got.headers["webhook-signature"].startswith(sent(new).headers["webhook-signature"])


def test_a_secret_is_256_random_bits() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


@pytest.mark.parametrize("body", ["", "{}", "\u2028", "x" * 100_000])
def test_any_text_can_be_signed(body: str) -> None:
    secret = new_secret()
    assert is_signed(secret, sent(secret, body=body))
