"""Objects as files in a folder, for one machine."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from shared.storage.links import Links, file_link
from shared.storage.port import CannotSign, NotStored, StorageFull

PARTIAL = ".partial-"
RESERVE_BYTES = 128_000_000
"""Never taken: the database on the same disk must still be able to write down what went wrong."""


class FileStorage:
    """Keys are paths below `root`. Writing is to a hidden neighbour, then a rename: never half an object.

    links, base_url: what addresses of objects are signed with, and the site that serves them.
    """

    def __init__(self, root: Path, links: Links | None = None, base_url: str = "") -> None:
        self.root = root
        self._links = links
        self._base_url = base_url

    def path(self, key: str) -> Path:
        """The file that a key names. Raises ValueError for a key that leaves the folder."""
        parts = PurePosixPath(key)
        if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\0" in key:
            raise ValueError(f"not a storage key: {key!r}")
        return self.root / parts

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._make_sure_of_room(source.stat().st_size if isinstance(source, Path) else len(source))
        handle, name = tempfile.mkstemp(prefix=PARTIAL, dir=target.parent)
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                if isinstance(source, Path):
                    with source.open("rb") as original:
                        shutil.copyfileobj(original, file, 1 << 20)
                else:
                    file.write(source)
                file.flush()
                os.fsync(file.fileno())
            partial.chmod(0o644)
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise

    def _make_sure_of_room(self, size: int) -> None:
        free = shutil.disk_usage(self.root).free
        if free - size < RESERVE_BYTES:
            raise StorageFull(
                f"the disk of {self.root} is full ({free // 1_000_000} MB left): "
                "free some space and try again"
            )

    def get(self, key: str) -> bytes:
        try:
            return self.path(key).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotStored(f"nothing is stored under {key}") from error

    def fetch(self, key: str, path: Path) -> None:
        try:
            shutil.copyfile(self.path(key), path)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotStored(f"nothing is stored under {key}") from error

    def copy(self, source: str, target: str) -> None:
        """By a hard link, which takes no room. An object is never changed in place: writing is a rename,
        which leaves the bytes to the other names they have."""
        original, copied = self.path(source), self.path(target)
        if not original.is_file():
            raise NotStored(f"nothing is stored under {source}")
        copied.parent.mkdir(parents=True, exist_ok=True)
        partial = copied.parent / f"{PARTIAL}{secrets.token_hex(8)}"
        try:
            os.link(original, partial)
        except OSError:  # another file system, or one without hard links
            self.put(target, original)
            return
        try:
            partial.replace(copied)
        finally:
            partial.unlink(missing_ok=True)  # rename does nothing where both names are one file already

    def exists(self, key: str) -> bool:
        return self.path(key).is_file()

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> Iterator[str]:
        folder = self.root / PurePosixPath(prefix).parent if not prefix.endswith("/") else self.root / prefix
        if not folder.is_dir():
            return
        found = (path.relative_to(self.root).as_posix() for path in folder.rglob("*") if path.is_file())
        yield from sorted(
            key for key in found if key.startswith(prefix) and not PurePosixPath(key).name.startswith(PARTIAL)
        )

    def url(self, key: str, seconds: int, filename: str) -> str:
        if self._links is None:
            raise CannotSign("LINK_SIGNING_KEY is not set, and addresses of files are signed with it")
        self.path(key)
        token = self._links.sign(file_link(key, filename), time.time() + seconds)
        return f"{self._base_url}/files/{token}/{quote(key)}?filename={quote(filename, safe='')}"
