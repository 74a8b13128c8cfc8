"""Running FFmpeg: deadlines, and what is said when it fails."""

from __future__ import annotations

import time

import psutil
import pytest

from shared.media.ffmpeg import DiskFull, FfmpegFailed, FfmpegStopped, ffmpeg_version, run_ffmpeg

ENDLESS = ["-re", "-f", "lavfi", "-i", "color=size=64x64:rate=10", "-f", "null", "-"]


def test_the_version_is_that_of_the_build() -> None:
    assert ffmpeg_version()[:1] in {"n", "N", *"456789"}


def test_a_deadline_ends_it() -> None:
    before = time.monotonic()
    with pytest.raises(FfmpegStopped, match=r"could not wait within 1 s and was stopped"):
        run_ffmpeg(ENDLESS, purpose="wait", deadline_seconds=1)
    assert time.monotonic() - before < 10
    assert [child for child in psutil.Process().children() if "ffmpeg" in child.name()] == []


def test_a_listener_that_fails_ends_it_too() -> None:
    def fail(frames: int) -> None:
        raise KeyError(frames)

    with pytest.raises(KeyError):
        run_ffmpeg(ENDLESS, purpose="wait", deadline_seconds=60, on_frames=fail)
    assert [child for child in psutil.Process().children() if "ffmpeg" in child.name()] == []


def test_its_last_words_are_in_the_error() -> None:
    with pytest.raises(FfmpegFailed, match=r"could not read it \(exit \d+\): (?s:.*)/nowhere\.mkv"):
        run_ffmpeg(["-i", "/nowhere.mkv", "-f", "null", "-"], purpose="read it", deadline_seconds=20)


def test_a_full_disk() -> None:
    with pytest.raises(DiskFull):
        run_ffmpeg(
            ["-f", "lavfi", "-i", "color=size=640x360", "-t", "9", "-y", "-f", "rawvideo", "/dev/full"],
            purpose="write", deadline_seconds=20,
        )  # fmt: skip


def test_frames_are_counted_while_it_works() -> None:
    told: list[int] = []
    run_ffmpeg(
        ["-f", "lavfi", "-i", "color=size=64x64:rate=10", "-frames:v", "50", "-f", "null", "-"],
        purpose="count", deadline_seconds=20, on_frames=told.append,
    )  # fmt: skip
    assert told[-1] == 50 and told == sorted(told)


def test_a_playlist_reaches_no_file_and_no_network() -> None:
    with pytest.raises(FfmpegFailed):
        run_ffmpeg(
            ["-protocol_whitelist", "file,pipe", "-f", "matroska", "-i", __file__, "-f", "null", "-"],
            purpose="open a text", deadline_seconds=20,
        )  # fmt: skip
