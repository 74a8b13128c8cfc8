"""Signs tokens like Cognito's with the home's own key.

Claims: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
"""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.keys import made_once
from shared.accounts import ALGORITHM, GROUPS_CLAIM, WORKSPACE_CLAIM, Role

ISSUER = "https://issuer.leadreel.localhost"
APP_CLIENT = "leadreel-web"
"""Through which people sign in; it has no secret (RFC 8252), so that PKCE is asked of it."""
TOKEN_SECONDS = 3600
_BITS = 2048


class Signer:
    """home: where the key is kept, made at the first use."""

    def __init__(self, home: Path, issuer: str = ISSUER) -> None:
        self.issuer = issuer
        text = made_once(home.absolute() / "keys" / "issuer.pem", _new_key)
        key = serialization.load_pem_private_key(text.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)  # we made it
        self._key = key
        public = key.public_key()
        spelled = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        digest = hashes.Hash(hashes.SHA256())
        digest.update(spelled)
        self._key_id = digest.finalize().hex()[:32]

    @property
    def keys(self) -> dict[str, Any]:
        """The JWKS document (RFC 7517)."""
        key = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [key | {"kid": self._key_id, "alg": ALGORITHM, "use": "sig"}]}

    def for_user(self, username: str, role: Role, workspace_id: int, seconds: int = TOKEN_SECONDS) -> str:
        """An access token for a person."""
        return self._sign(
            {
                "sub": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.issuer}/{username}")),
                "username": username,
                "client_id": APP_CLIENT,
                GROUPS_CLAIM: [role],
                WORKSPACE_CLAIM: str(workspace_id),
                "scope": "openid",
            },
            seconds,
        )

    def for_machine(self, client_id: str, seconds: int = TOKEN_SECONDS) -> str:
        """An access token for a program; its workspace and role are in the table of machine clients."""
        return self._sign({"sub": client_id, "client_id": client_id, "scope": "leadreel/api"}, seconds)

    def _sign(self, claims: dict[str, Any], seconds: int) -> str:
        now = int(time.time())
        common = {
            "iss": self.issuer,
            "version": 2,
            "token_use": "access",
            "auth_time": now,
            "iat": now,
            "exp": now + seconds,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(common | claims, self._key, ALGORITHM, {"kid": self._key_id})


def _new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
