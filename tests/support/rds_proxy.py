"""The door of RDS Proxy on loopback: TLS, then a token of IAM's, whose signature is checked as AWS does, and
then a real Postgres behind it.

The signature is computed here by its rules alone, without the SDK:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from tests.support.tls import HOST
from tests.support.tls_front import Front, packet_of

SERVICE = "rds-db"


@dataclass
class Door(Front):
    """The Postgres behind it trusts whoever comes that way.

    region, secret: of the credentials that tokens are signed with. tokens: passwords that were said, good or
    not. refused: why some were.
    """

    region: str
    secret: str
    tokens: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def welcome(
        self, startup: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        writer.write(b"R" + struct.pack("!II", 8, 3))  # asks for a password as it is
        await writer.drain()
        if await reader.readexactly(1) != b"p":
            return False
        token = (await packet_of(reader))[4:].rstrip(b"\0").decode()
        self.tokens.append(token)
        fault = self._fault(token, _parameters(startup)["user"])
        if not fault:
            return True
        self.refused.append(fault)
        said = b"SFATAL\0C28P01\0MPAM authentication failed\0\0"
        writer.write(b"E" + struct.pack("!I", len(said) + 4) + said)
        await writer.drain()
        return False

    def _fault(self, token: str, user: str) -> str:
        """What is wrong with it; nothing, if it lets this user in now."""
        where, _, query = token.partition("/?")
        given = dict(parse_qsl(query, strict_parsing=True))
        made = datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        scope = f"{made:%Y%m%d}/{self.region}/{SERVICE}/aws4_request"
        checks = {
            "is for another place": where == f"{HOST}:{self.port}",
            "is no sign-in": given["Action"] == "connect" and given["DBUser"] == user,
            "is of another scope": given["X-Amz-Credential"].partition("/")[2] == scope,
            "holds for too long": given["X-Amz-Expires"] == "900",
            "is too old": abs(datetime.now(UTC) - made) < timedelta(minutes=15),
            "is signed by nobody": hmac.compare_digest(
                given.pop("X-Amz-Signature"), self._signature(where, given, scope)
            ),
        }
        return next((fault for fault, holds in checks.items() if not holds), "")

    def _signature(self, where: str, given: dict[str, str], scope: str) -> str:
        query = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(given.items())
        )
        asked = f"GET\n/\n{query}\nhost:{where}\n\nhost\n{hashlib.sha256(b'').hexdigest()}"
        digest = hashlib.sha256(asked.encode()).hexdigest()
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        text = f"AWS4-HMAC-SHA256\n{given['X-Amz-Date']}\n{scope}\n{digest}"
        return hmac.digest(key, text.encode(), "sha256").hex()


def _parameters(startup: bytes) -> dict[str, str]:
    parts = startup[8:].decode().split("\0")
    return dict(zip(parts[::2], parts[1::2], strict=False))
