"""Storage as one function may use it: on one machine what IAM is on AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from shared.errors import Permanent
from shared.grants import Grants
from shared.storage.port import Storage


class NotGranted(Permanent):
    """The function's table does not grant it; the text says what it lacks."""


class GrantedStorage:
    """The same storage, for what was granted. Every method raises NotGranted besides what the port says."""

    def __init__(self, storage: Storage, grants: Grants) -> None:
        self._storage = storage
        self._grants = grants

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        self._need("writes", key)
        self._storage.put(key, source, content_type)

    def get(self, key: str) -> bytes:
        self._need("reads", key)
        return self._storage.get(key)

    def fetch(self, key: str, path: Path) -> None:
        self._need("reads", key)
        self._storage.fetch(key, path)

    def copy(self, source: str, target: str) -> None:
        self._need("reads", source)
        self._need("writes", target)
        self._storage.copy(source, target)

    def exists(self, key: str) -> bool:
        self._need("reads", key)
        return self._storage.exists(key)

    def delete(self, key: str) -> None:
        self._need("deletes", key)
        self._storage.delete(key)

    def keys(self, prefix: str) -> Iterator[str]:
        if not self._grants.lists:
            raise NotGranted(
                f"{self._grants.function} may not list {prefix!r}: its table in functions/functions.toml "
                "has no `reads`, or no database"
            )
        return self._storage.keys(prefix)

    def url(self, key: str, seconds: int, filename: str) -> str:
        self._need("reads", key)  # S3 asks for the rights of whoever signed
        return self._storage.url(key, seconds, filename)

    def _need(self, right: Literal["reads", "writes", "deletes"], key: str) -> None:
        folders: tuple[str, ...] = getattr(self._grants, right)
        if not any(key.startswith(f"{folder}/") for folder in folders):
            raise NotGranted(
                f"{self._grants.function} may not touch {key}: `{right}` of its table in "
                f"functions/functions.toml has {', '.join(folders) or 'no folder'}"
            )
