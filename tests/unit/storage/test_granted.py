"""Storage as one function may use it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from functions.catalogue import Limits
from local.catalogue import Function
from local.environment import WorkerEnvironment
from shared.grants import Grants
from shared.settings import Settings
from shared.storage import FileStorage, GrantedStorage, NotGranted, Storage, open_storage

GRANTS = Grants(function="host", reads=("videos",), writes=("public",), deletes=("guarded",), lists=True)


@pytest.fixture
def files(tmp_path: Path) -> FileStorage:
    storage = FileStorage(tmp_path / "storage")
    for folder in ("videos", "public", "guarded", "videos-of-others"):
        storage.put(f"{folder}/a", folder.encode())
    return storage


def test_what_is_granted_is_done(files: FileStorage, tmp_path: Path) -> None:
    storage = GrantedStorage(files, GRANTS)
    assert (storage.get("videos/a"), storage.exists("videos/none")) == (b"videos", False)
    storage.fetch("videos/a", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"videos"
    storage.put("public/b", b"1", "text/plain")
    storage.copy("videos/a", "public/c")
    storage.delete("guarded/a")
    assert [*storage.keys("public/")] == ["public/a", "public/b", "public/c"]
    assert [*storage.keys("guarded/")] == []  # a bucket is listed as a whole


@pytest.mark.parametrize(
    ("use", "right"),
    [
        (lambda storage: storage.get("public/a"), "reads"),
        (lambda storage: storage.get("videos-of-others/a"), "reads"),
        (lambda storage: storage.exists("public/a"), "reads"),
        (lambda storage: storage.fetch("guarded/a", Path("/nowhere")), "reads"),
        (lambda storage: storage.url("public/a", 60, "a"), "reads"),
        (lambda storage: storage.copy("public/a", "public/b"), "reads"),
        (lambda storage: storage.copy("videos/a", "videos/b"), "writes"),
        (lambda storage: storage.put("videos/a", b"2"), "writes"),
        (lambda storage: storage.delete("videos/a"), "deletes"),
    ],
)
def test_what_is_not_granted_says_what_the_table_lacks(
    files: FileStorage, use: Callable[[Storage], object], right: str
) -> None:
    before = {key: files.get(key) for key in files.keys("")}
    with pytest.raises(NotGranted, match=rf"^host may not touch .*`{right}` of its table in functions/"):
        use(GrantedStorage(files, GRANTS))
    assert {key: files.get(key) for key in files.keys("")} == before


def test_who_opens_strangers_pages_lists_nothing(files: FileStorage) -> None:
    with pytest.raises(NotGranted, match="record may not list 'recordings/'"):
        GrantedStorage(files, Grants(function="record", reads=("recordings",))).keys("recordings/")


@pytest.mark.parametrize(("database", "reads"), [(False, ("videos",)), (True, ()), (True, ("videos",))])
def test_a_worker_has_what_its_table_grants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: bool, reads: tuple[str, ...]
) -> None:
    table = {"memory_mb": 512, "timeout_seconds": 3, "database": database, "reads": reads}
    function = Function("host", "f.handler", Limits.model_validate(table))
    settings = {"LEADREEL_HOME": str(tmp_path)}
    made = WorkerEnvironment(tmp_path, settings=settings).of(function, "127.0.0.1:1", tmp_path / "host-1")
    for name in ("LEADREEL_HOME", "STORAGE_GRANTS"):
        monkeypatch.setenv(name, made[name])
    storage = open_storage(Settings(_env_file=None))
    if reads:
        assert not storage.exists("videos/a")
    else:
        with pytest.raises(NotGranted, match=r"`reads` .* has no folder"):
            storage.exists("videos/a")
    if reads and database:
        assert [*storage.keys("")] == []
    else:
        with pytest.raises(NotGranted, match="host may not list"):
            storage.keys("")
    with pytest.raises(NotGranted):
        storage.put("videos/a", b"")
