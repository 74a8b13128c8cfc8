"""A token is looked at once a minute, and never believed for longer than it holds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from local.issuer.signing import APP_CLIENT, Signer
from shared.accounts import NotSignedIn, TokenVerifier
from shared.accounts.tokens import KEPT_SECONDS, LEEWAY_SECONDS


class CountedKeys:
    """The port `Keys`. looks: how often a key was looked for."""

    def __init__(self, signer: Signer) -> None:
        self.known: dict[str, Mapping[str, Any]] = {key["kid"]: key for key in signer.keys["keys"]}
        self.looks = 0

    def find(self, key_id: str) -> Mapping[str, Any] | None:
        self.looks += 1
        return self.known.get(key_id)


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch, self._now, self._running = monkeypatch, time.time(), time.monotonic()

    def later(self, seconds: float) -> None:
        self._patch.setattr(time, "monotonic", lambda: self._running + seconds)
        self._patch.setattr(time, "time", lambda: self._now + seconds)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def keys(signer: Signer) -> CountedKeys:
    return CountedKeys(signer)


@pytest.fixture
def verifier(signer: Signer, keys: CountedKeys) -> TokenVerifier:
    return TokenVerifier(signer.issuer, (APP_CLIENT,), keys)


def test_it_is_looked_at_once_a_minute(
    signer: Signer, keys: CountedKeys, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, clock = signer.for_user("ana", "member", 7), Clock(monkeypatch)
    assert verifier.kept(token) is None
    claims = verifier.verify(token)
    assert verifier.verify(token) == verifier.kept(token) == claims and claims.workspace_id == 7
    assert keys.looks == 1
    clock.later(KEPT_SECONDS + 1)
    assert verifier.kept(token) is None
    keys.known.clear()  # the issuer has given its key up
    with pytest.raises(NotSignedIn, match="unknown key"):
        verifier.verify(token)


def test_another_token_is_another(signer: Signer, verifier: TokenVerifier) -> None:
    token = signer.for_user("ana", "member", 7)
    verifier.verify(token)
    forged = token[:-6] + ("AAAAAA" if not token.endswith("AAAAAA") else "BBBBBB")
    assert verifier.kept(forged) is None
    with pytest.raises(NotSignedIn):
        verifier.verify(forged)
    assert verifier.kept(forged) is None


def test_it_is_not_kept_beyond_its_end(
    signer: Signer, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, clock = signer.for_user("ana", "member", 7, seconds=10 - LEEWAY_SECONDS), Clock(monkeypatch)
    verifier.verify(token)
    clock.later(8)
    assert verifier.kept(token) is not None
    clock.later(11)
    assert verifier.kept(token) is None
