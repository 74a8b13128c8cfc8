"""Tokens as Cognito issues them, and as the issuer of one machine does: one verifier for both.

Only access tokens are taken. What a token must be: https://docs.aws.amazon.com/cognito/latest/developerguide/
amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt
from jwt.exceptions import InvalidTokenError

from shared.errors import Permanent
from shared.values import Value

ALGORITHM = "RS256"
WORKSPACE_CLAIM, GROUPS_CLAIM = "workspace_id", "cognito:groups"
ACCESS = "access"
LONGEST = 8192
"""Characters of a token; Cognito's with many groups have 2,000."""
LEEWAY_SECONDS = 60
"""By so much the issuer's clock may differ from ours."""
KEPT_SECONDS = 60.0
_MOST_KEPT = 1000
_REQUIRED = ["exp", "iat", "iss", "sub", "token_use", "client_id"]


class NotSignedIn(Permanent):
    """A token is missing, or not to be trusted; the text says why in general terms."""


class Keys(Protocol):
    """Where the issuer's public keys come from."""

    def find(self, key_id: str) -> Mapping[str, Any] | None:
        """The JSON Web Key (RFC 7517) with that id, if the issuer has one."""


class Claims(Value):
    """What a token says that we rely on.

    subject: the user, or the machine client itself. workspace_id: None for machines, whose workspace is in
    a table of ours. groups: of the user.
    """

    subject: str
    client_id: str
    username: str | None
    workspace_id: int | None
    groups: tuple[str, ...]

    @property
    def is_machine(self) -> bool:
        return self.username is None


@dataclass(frozen=True)
class _Verified:
    """What a token was found to say. until: of `time.monotonic`."""

    claims: Claims
    until: float


class TokenVerifier:
    """Takes access tokens of one issuer. apps: client ids through which people sign in.

    What a token was found to say is kept for a minute at most: looking at it takes as long as what most
    requests do. A key that the issuer gives up is believed for longer than that anyway (`SharedKeys`).
    """

    def __init__(self, issuer: str, apps: Collection[str], keys: Keys) -> None:
        self._issuer, self._apps, self._keys = issuer, frozenset(apps), keys
        self._verified: dict[bytes, _Verified] = {}

    def verify(self, token: str) -> Claims:
        """Raises NotSignedIn."""
        if len(token) > LONGEST:
            raise NotSignedIn("the token is too long")
        kept = self.kept(token)
        if kept is not None:
            return kept
        found = self._look_at(token)
        if len(self._verified) >= _MOST_KEPT:
            self._verified.clear()
        self._verified[_digest(token)] = found
        return found.claims

    def kept(self, token: str) -> Claims | None:
        """What it was found to say within the last minute. Asks nobody."""
        kept = self._verified.get(_digest(token))
        return kept.claims if kept is not None and time.monotonic() < kept.until else None

    def _look_at(self, token: str) -> _Verified:
        try:
            said = jwt.decode(
                token,
                self._key(jwt.get_unverified_header(token)),
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": _REQUIRED, "verify_aud": False},
            )
        except (InvalidTokenError, ValueError, TypeError) as error:
            raise NotSignedIn(f"the token is not valid: {error}") from error
        left = int(said["exp"]) + LEEWAY_SECONDS - time.time()
        return _Verified(self._claims(said), time.monotonic() + min(left, KEPT_SECONDS))

    def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """The key that the token names; only its id is believed."""
        if header.get("alg") != ALGORITHM:
            raise NotSignedIn(f"tokens are signed with {ALGORITHM}")
        key_id = header.get("kid")
        key = self._keys.find(key_id) if isinstance(key_id, str) and len(key_id) <= 200 else None
        if key is None or key.get("kty") != "RSA" or key.get("alg", ALGORITHM) != ALGORITHM:
            raise NotSignedIn("the token is signed with an unknown key")
        return jwt.PyJWK(dict(key), algorithm=ALGORITHM)

    def _claims(self, said: Mapping[str, Any]) -> Claims:
        if said["token_use"] != ACCESS:
            raise NotSignedIn("that is no access token")
        username, client_id = said.get("username"), said["client_id"]
        groups = said.get(GROUPS_CLAIM, [])
        if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
            raise NotSignedIn("the token's groups are no list")
        if not isinstance(client_id, str) or not isinstance(said["sub"], str):
            raise NotSignedIn("the token names nobody")
        if username is None:
            if said["sub"] != client_id:
                raise NotSignedIn("the token names nobody")
        elif client_id not in self._apps:
            raise NotSignedIn("the token is for another application")
        return Claims(
            subject=said["sub"],
            client_id=client_id,
            username=None if username is None else str(username),
            workspace_id=workspace_number(said.get(WORKSPACE_CLAIM)),
            groups=tuple(groups),
        )


def _digest(token: str) -> bytes:
    """Stands for a token where it is not to be kept itself."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def workspace_number(claim: object) -> int | None:
    """Cognito's claims are text. Raises NotSignedIn."""
    if claim is None:
        return None
    if isinstance(claim, str) and claim.isascii() and claim.isdigit() and len(claim) < 10:
        return int(claim)
    raise NotSignedIn("the token's workspace is no number")


FetchKeys = Callable[[], Collection[Mapping[str, Any]]]
"""Asks the issuer for its keys (RFC 7517). Raises what the way there raises."""
