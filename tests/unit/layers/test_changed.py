"""layers/changed.sh: whether the images have to be built and run again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "layers" / "changed.sh"
CHANGED, THE_SAME = 0, 1


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Of a repository whose main branch has a film and a text."""
    origin, cloned = tmp_path / "origin", tmp_path / "clone"
    write(origin / "layers" / "changed.sh", "")
    shutil.copy2(SCRIPT, origin / "layers" / "changed.sh")
    git(origin, "init", "--quiet", "--initial-branch=main")
    for part in ("shared/recording/film.py", "docs/text.md"):
        write(origin / part, "first")
        commit(origin)
    git(tmp_path, "clone", "--quiet", str(origin), str(cloned))
    return cloned


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def git(folder: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": "a@b.test" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(folder), **who}
    subprocess.run(["git", "-C", folder, *arguments], env=environment, check=True, timeout=60)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=more")


def verdict(clone: Path, *arguments: str) -> int:
    return subprocess.run([clone / "layers" / "changed.sh", *arguments], timeout=60, check=False).returncode


def test_what_main_has_is_compared_with_the_commit_before(clone: Path) -> None:
    assert verdict(clone) == THE_SAME  # the text came last
    assert verdict(clone, "HEAD^^") == CHANGED


def test_a_branch_is_compared_with_what_it_left(clone: Path) -> None:
    write(clone / "docs" / "text.md", "second")
    commit(clone)
    assert verdict(clone) == THE_SAME
    write(clone / "shared" / "recording" / "film.py", "second")
    commit(clone)
    write(clone / "docs" / "text.md", "third")
    commit(clone)
    assert verdict(clone) == CHANGED


def test_what_is_not_committed_counts(clone: Path) -> None:
    write(clone / "shared" / "recording" / "new.py", "first")
    assert verdict(clone) == CHANGED


def test_in_doubt_they_have_changed(clone: Path) -> None:
    assert verdict(clone, "0" * 40) == CHANGED
    git(clone, "remote", "remove", "origin")
    assert verdict(clone) == CHANGED
