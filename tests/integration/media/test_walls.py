"""Processes inside walls: what they may use, and how it is said when that isn't enough."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest

from shared.errors import Retryable
from shared.media.apart import ask_apart
from shared.media.ffmpeg import FfmpegFailed, FfmpegStopped, run_ffmpeg
from shared.media.files import UnusableMedia
from shared.media.walled import Walls

TASKS = "tests.support.bad_media.tasks"
PICTURES = ["-f", "lavfi", "-i", "color=size=640x360:rate=10", "-t", "3", "-f", "rawvideo", "-y"]


def ask(task: str, path: Path, seconds: float = 60) -> bytes:
    return ask_apart(f"{TASKS}.{task}", path, deadline_seconds=seconds)


def test_nothing_of_our_environment_is_known_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADREEL_CANARY", "a-secret-of-ours")
    known = json.loads(ask("tell_environment", tmp_path / "x"))
    assert "PYTHONPATH" in known
    assert "a-secret-of-ours" not in known.values()


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("refuse", "^x.png is not to our taste$"),
        ("eat", "needs more than 1.5 GB of memory"),
        ("abort", "can't be read: it is damaged, or too complicated"),
    ],
)
def test_what_breaks_there_is_the_files_fault(task: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableMedia, match=reason):
        ask(task, tmp_path / "x.png")


def test_an_error_of_ours_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"fault of ours(?s:.*)KeyError: 'x.png'"):
        ask("err", tmp_path / "x.png")


def test_nothing_large_is_written(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="File too large"):
        ask("write", tmp_path / "x.png")


def test_a_loop_ends(tmp_path: Path) -> None:
    before = set(psutil.Process().children())  # servers that other tests share
    with pytest.raises((UnusableMedia, Retryable), match=r"within 6 s|too busy"):
        ask("spin", tmp_path / "x.png", seconds=6)
    assert set(psutil.Process().children()) <= before


def test_who_hardly_worked_by_the_deadline_may_try_again(tmp_path: Path) -> None:
    with pytest.raises(Retryable, match="the machine is too busy to read"):
        ask("sleep", tmp_path / "x.png", seconds=6)


def test_ffmpeg_has_only_the_memory_it_is_given() -> None:
    with pytest.raises((FfmpegFailed, FfmpegStopped)):
        run_ffmpeg(
            [*PICTURES, "/dev/null"], purpose="x", deadline_seconds=60, walls=Walls(memory_bytes=200_000_000)
        )


def test_ffmpeg_writes_only_what_it_may(tmp_path: Path) -> None:
    walls = Walls(memory_bytes=1_500_000_000, file_bytes=1_000_000)
    with pytest.raises(FfmpegStopped, match="signal 25"):
        run_ffmpeg([*PICTURES, str(tmp_path / "x")], purpose="x", deadline_seconds=60, walls=walls)
    assert (tmp_path / "x").stat().st_size <= 1_000_000
    run_ffmpeg([*PICTURES, "/dev/null"], purpose="x", deadline_seconds=60, walls=walls)
