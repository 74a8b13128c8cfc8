"""The zip functions get the same versions as everybody else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
_HASHES = re.compile(r"sha256:[0-9a-f]{64}")


def pinned(path: Path) -> dict[str, set[str]]:
    """The versions of each package; those for some Pythons only are several."""
    found: dict[str, set[str]] = {}
    for name, version in _PINNED.findall(path.read_text()):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("name", ["requirements.txt", "emulator.txt"])
def test_versions_and_hashes_are_those_of_the_project(name: str) -> None:
    own, project = ROOT / "layers" / "python" / name, ROOT / "requirements.txt"
    versions, everywhere = pinned(own), pinned(project)
    versions.pop("aws-sam-cli", None)  # of tests only
    assert len(versions) >= 3
    assert {
        package for package in versions if not versions[package] <= everywhere.get(package, set())
    } == set()
    if name == "requirements.txt":
        assert {*_HASHES.findall(own.read_text())} <= {*_HASHES.findall(project.read_text())}


def test_what_is_asked_for_is_pinned() -> None:
    wanted = (ROOT / "layers" / "python" / "requirements.in").read_text().splitlines()
    names = {line.partition("[")[0] for line in wanted if line and not line.startswith("#")}
    assert names <= pinned(ROOT / "layers" / "python" / "requirements.txt").keys()
