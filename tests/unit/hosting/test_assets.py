"""What pages load from our own site: found where npm puts it, published once under its version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.hosting import NoPlayer, find_player, publish_assets
from shared.storage import FileStorage


def installed(folder: Path, version: str) -> Path:
    """A package as npm leaves it."""
    (folder / "dist").mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps({"name": "hls.js", "version": version}))
    (folder / "dist" / "hls.min.js").write_text(
        f"var version = '{version}';\n//# sourceMappingURL=hls.min.js.map\n"
    )
    return folder


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "storage")


def test_the_player_is_published_under_its_version(storage: FileStorage, tmp_path: Path) -> None:
    package = installed(tmp_path / "hls.js", "1.6.19")

    assert publish_assets(storage, package) == {"hls.js": "/assets/hls-1.6.19.min.js"}
    published = storage.get("public/assets/hls-1.6.19.min.js").decode()
    assert published.startswith("/*! hls.js 1.6.19, Apache-2.0")
    assert published.endswith("\nvar version = '1.6.19';\n")


def test_a_published_player_is_left_as_it_is(storage: FileStorage, tmp_path: Path) -> None:
    package = installed(tmp_path / "hls.js", "1.6.19")
    storage.put("public/assets/hls-1.6.19.min.js", b"there")

    publish_assets(storage, package)
    assert storage.get("public/assets/hls-1.6.19.min.js") == b"there"


def test_a_new_version_stands_beside_the_old_one(storage: FileStorage, tmp_path: Path) -> None:
    for version in ("1.6.9", "1.6.19"):
        publish_assets(storage, installed(tmp_path / "hls.js", version))

    assert list(storage.keys("public/")) == [
        "public/assets/hls-1.6.19.min.js",
        "public/assets/hls-1.6.9.min.js",
    ]


def test_where_none_is_installed_the_newest_published_one_is_taken(
    storage: FileStorage, tmp_path: Path
) -> None:
    nowhere = tmp_path / "none"
    assert publish_assets(storage, nowhere) == {}
    for version in ("1.6.9", "1.6.19", "1.5.20"):
        storage.put(f"public/assets/hls-{version}.min.js", b"")
    storage.put("public/assets/hls-2.0.0.min.js.map", b"")
    assert publish_assets(storage, nowhere) == {"hls.js": "/assets/hls-1.6.19.min.js"}


@pytest.mark.parametrize("broken", ["package.json", "dist/hls.min.js"])
def test_half_a_player_is_none(tmp_path: Path, broken: str) -> None:
    package = installed(tmp_path / "hls.js", "1.6.19")
    assert find_player(package).version == "1.6.19"
    (package / broken).unlink()
    with pytest.raises(NoPlayer, match="make setup"):
        find_player(package)
