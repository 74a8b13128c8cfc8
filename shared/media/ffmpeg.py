"""Running FFmpeg: the binary of the imageio-ffmpeg wheel, never a shell, always with a deadline.

FfmpegFailed     it refused its input: the same input fails again
FfmpegStopped    it was killed, by its deadline or by the system: another try may succeed
DiskFull         there was no room for what it writes
"""

from __future__ import annotations

import errno
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Timer
from typing import IO

import imageio_ffmpeg

from shared.errors import Permanent, Retryable

TAIL_CHARACTERS = 600
SAFE_INPUT = {"protocol_whitelist": "file,pipe"}
"""Options of every input: no playlist, however disguised, reaches beyond the file it stands in."""

_ENOSPC_STATUS = 256 - errno.ENOSPC  # FFmpeg exits with the low byte of its negative error number


class FfmpegFailed(Permanent):
    """FFmpeg refused its input; the text ends with what it said."""


class FfmpegStopped(Retryable):
    """FFmpeg was killed before it was done."""


class DiskFull(Permanent):
    """There is no room left for what is being written."""

    def __init__(self) -> None:
        super().__init__("the disk is full: free some space and try again")


def ffmpeg_version() -> str:
    """The build that encodes, such as `n9.0.2-17-g2a571b6068-20260930`; x264 is linked into it."""
    words = run_ffmpeg(["-version"], purpose="tell its version", deadline_seconds=20).split()
    return words[2]


def run_ffmpeg(
    arguments: list[str],
    *,
    purpose: str,
    deadline_seconds: float,
    on_frames: Callable[[int], None] | None = None,
) -> str:
    """Run FFmpeg to its end and return what it wrote to standard output.

    Args:
        purpose: completes "FFmpeg could not …" in errors.
        on_frames: told the number of frames written so far, about twice a second.

    Raises:
        FfmpegFailed, FfmpegStopped, DiskFull.
    """
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"]
    if on_frames is not None:
        command += ["-progress", "pipe:1"]
    late = Event()
    with tempfile.TemporaryFile() as errors:
        with _running([*command, *arguments], errors, deadline_seconds, late) as process:
            assert process.stdout is not None  # asked for as a pipe
            said = []
            for line in process.stdout:
                said.append(line)
                if on_frames is not None and line.startswith("frame="):
                    on_frames(int(line.removeprefix("frame=")))
            status = process.wait()
        if late.is_set():
            raise FfmpegStopped(f"FFmpeg could not {purpose} within {deadline_seconds:.0f} s and was stopped")
        if status != 0:
            raise _failure(purpose, status, _tail(errors))
    return "".join(said)


@contextmanager
def _running(
    command: list[str], errors: IO[bytes], deadline_seconds: float, late: Event
) -> Iterator[subprocess.Popen[str]]:
    """A process that is gone at the end; `late` tells that its deadline killed it.

    It stays in our process group, so whoever ends the group ends it too.
    """
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True
    )

    def stop() -> None:
        late.set()
        process.kill()

    timer = Timer(deadline_seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        with process:
            try:
                yield process
            finally:
                process.kill()  # does nothing to a process that has ended
    finally:
        timer.cancel()


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read().decode(errors="replace").strip()[-TAIL_CHARACTERS:]


def _failure(purpose: str, status: int, tail: str) -> Permanent | Retryable:
    if status < 0:
        return FfmpegStopped(f"FFmpeg could not {purpose}: it was killed by signal {-status}: {tail}")
    if status == _ENOSPC_STATUS:
        return DiskFull()
    return FfmpegFailed(f"FFmpeg could not {purpose} (exit {status}): {tail}")


@contextmanager
def disk_errors() -> Iterator[None]:
    """A full disk, met by ourselves or by PyAV, is said as DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull from error
        raise
