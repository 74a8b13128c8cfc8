"""Parts of addresses that open something for a while: what they open and until when is signed.

A token is its end, in seconds since 1970 in base 16, a dot, and 128 bits of an HMAC-SHA256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time

from pydantic import SecretStr

_TOKEN = re.compile(r"([0-9a-f]{1,12})\.([A-Za-z0-9_-]{22})")


class Links:
    """Signs with one key, and knows what was signed with it."""

    def __init__(self, key: SecretStr) -> None:
        # without the padding, which who makes or keeps a key may leave out; CloudFront's function does so too
        self._key = key.get_secret_value().rstrip("=").encode()

    def sign(self, what: str, until: float) -> str:
        """A token for `what`, which holds until then (seconds since 1970)."""
        end = f"{int(until):x}"
        return f"{end}.{self._mac(what, end)}"

    def holds(self, what: str, token: str, now: float | None = None) -> bool:
        """Whether the token was signed for this, and has not ended."""
        found = _TOKEN.fullmatch(token)
        if found is None or not hmac.compare_digest(self._mac(what, found[1]), found[2]):
            return False
        return (time.time() if now is None else now) < int(found[1], 16)

    def _mac(self, what: str, end: str) -> str:
        mac = hmac.new(self._key, f"{end}\n{what}".encode(), hashlib.sha256).digest()[:16]
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def file_link(key: str, filename: str) -> str:
    """What is signed for a file: its storage key, and the name that it is saved under."""
    return f"file\n{key}\n{filename}"
