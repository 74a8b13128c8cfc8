"""Who may see a hosted video: where its pages and media lie, tokens for its media, and its password.

public     under public/, where anyone with the address reads them
guarded    under guarded/{slug}/: the API shows the page, and its media open with a token for some hours
nowhere    nothing is published
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime
from typing import Literal

from shared.storage import Links

Place = Literal["public", "guarded", "nowhere"]
GUARDED = "guarded"
PAGE = "page.json"
MEDIA_SECONDS = 6 * 3600
"""How long a page that was opened can go on playing."""
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,40}")
_COST = {
    "n": 2**15,
    "r": 8,
    "p": 3,
}  # https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
_MEMORY = 64 * 2**20


def place_of(privacy: str, password_hash: str | None, expires_at: datetime | None) -> Place:
    if privacy == "private":
        return "nowhere"
    return "guarded" if password_hash is not None or expires_at is not None else "public"


def hidden(status: str, privacy: str, expires_at: datetime | None = None) -> str | None:
    """Why nobody can watch a hosted video, if so: `is private`."""
    if status != "ready":
        return f"is {status}"
    if privacy == "private":
        return "is private"
    return "has expired" if expires_at is not None and expires_at <= datetime.now(UTC) else None


def is_slug(text: str) -> bool:
    return _SLUG.fullmatch(text) is not None


def media_root(slug: str, links: Links, until: float) -> str:
    """Where a guarded video's media are served until then; what lies beside each other stays so."""
    return f"/media/{slug}/~{links.sign(_media(slug), until)}"


def guarded_media(path: str, links: Links, now: float | None = None) -> str | None:
    """The storage key of `{slug}/~{token}/{name}`; None if the token does not open it."""
    slug, mark, rest = path.partition("/~")
    token, slash, name = rest.partition("/")
    if not (mark and slash and name and is_slug(slug) and links.holds(_media(slug), token, now)):
        return None
    return f"{GUARDED}/{slug}/media/{name}"


def _media(slug: str) -> str:
    return f"media\n{slug}"


def hash_password(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt${_text(salt)}${_text(_digest(password, salt))}"


def is_password(password: str, kept: str) -> bool:
    """In the same time for any password."""
    _, salt, digest = kept.split("$")
    return hmac.compare_digest(_digest(password, base64.b64decode(salt)), base64.b64decode(digest))


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, maxmem=_MEMORY, dklen=32, **_COST)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
