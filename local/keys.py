"""Keys that one machine makes for itself, once, in its home folder."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from shared.settings import Settings

FILES = {
    "recording_access_key": "recording-access",
    "link_signing_key": "link-signing",
    "secrets_key": "secrets",
}
"""Settings that are keys, and the files that hold them unless they are set."""


def with_keys(settings: Settings) -> Settings:
    """The settings with those of FILES: as they are set, else the home's own."""
    folder = settings.leadreel_home.absolute() / "keys"
    made = {
        name: SecretStr(made_once(folder / file, _random_key))
        for name, file in FILES.items()
        if getattr(settings, name) is None
    }
    return settings.model_copy(update=made)


def _random_key() -> bytes:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)) + b"\n"


def made_once(file: Path, make: Callable[[], bytes]) -> str:
    """A secret's text, made at the first call; of two at once, one's stays."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = file.with_name(f".{secrets.token_hex(8)}.partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(make())
            new.flush()
            os.fsync(new.fileno())
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(partial)
        partial.unlink()
    return file.read_text().strip()
