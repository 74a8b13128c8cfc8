"""What the product needs of a place that keeps objects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from shared.errors import Permanent


class NotStored(Permanent):
    """There is no object under that key."""


class StorageFull(Permanent):
    """There is no room for the object."""


class CannotSign(Permanent):
    """There is no key to sign addresses with."""


class Storage(Protocol):
    """Objects under keys such as `public/media/abc/video.mp4`. A key shows up whole or not at all."""

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        """Keep these bytes, or the bytes of this file, under `key`, replacing what was there at once.

        Raises StorageFull.
        """
        ...

    def get(self, key: str) -> bytes:
        """The object's bytes; for small ones. Raises NotStored."""
        ...

    def fetch(self, key: str, path: Path) -> None:
        """Write the object into the file `path`. Raises NotStored."""
        ...

    def copy(self, source: str, target: str) -> None:
        """Keep the object `source` under `target` too, replacing what was there at once.

        Raises NotStored, StorageFull.
        """
        ...

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """Forget the object; no error if there is none."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order."""
        ...

    def url(self, key: str, seconds: int, filename: str) -> str:
        """An address that gives the object to whoever has it, for so long, to be saved as `filename`.

        It is not looked whether there is such an object. Raises CannotSign.
        """
        ...
