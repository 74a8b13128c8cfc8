"""Running FFmpeg: the binary of the imageio-ffmpeg wheel, never a shell, always with a deadline.

FfmpegFailed     it refused its input: the same input fails again
FfmpegStopped    it was killed, by its deadline or by the system: another try may succeed
DiskFull         there was no room for what it writes
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import imageio_ffmpeg

from shared.errors import Permanent, Retryable
from shared.media.walled import BARE_ENVIRONMENT, Walls, running, tail

TAIL_CHARACTERS = 600
SAFE_INPUT = {"protocol_whitelist": "file,pipe"}
"""Options of every input: no playlist, however disguised, reaches beyond the file it stands in."""

_ENOSPC_STATUS = 256 - errno.ENOSPC  # FFmpeg exits with the low byte of its negative error number


class FfmpegFailed(Permanent):
    """FFmpeg refused its input; the text ends with what it said."""


class FfmpegStopped(Retryable):
    """FFmpeg was killed before it was done. signal: which one it got; None if our deadline killed it.

    starved: it had hardly worked by its deadline.
    """

    def __init__(self, message: str, signal: int | None = None, starved: bool = False) -> None:
        super().__init__(message)
        self.signal = signal
        self.starved = starved


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
    walls: Walls | None = None,
) -> str:
    """Run FFmpeg to its end and return what it wrote to standard output.

    Args:
        purpose: completes "FFmpeg could not …" in errors.
        on_frames: told the number of frames written so far, about twice a second.
        walls: for input that we don't trust.

    Raises:
        FfmpegFailed, FfmpegStopped, DiskFull.
    """
    if on_frames is not None:
        arguments = ["-progress", "pipe:1", *arguments]
    said = []
    with ffmpeg_output(arguments, purpose=purpose, deadline_seconds=deadline_seconds, walls=walls) as output:
        for raw in output:
            line = raw.decode()
            said.append(line)
            if on_frames is not None and line.startswith("frame="):
                on_frames(int(line.removeprefix("frame=")))
    return "".join(said)


@contextmanager
def ffmpeg_output(
    arguments: list[str], *, purpose: str, deadline_seconds: float, walls: Walls | None = None
) -> Iterator[IO[bytes]]:
    """FFmpeg at work; the block reads what it writes to standard output, to the end.

    Raises, after the block: FfmpegFailed, FfmpegStopped, DiskFull.
    """
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"]
    environment = None if walls is None else BARE_ENVIRONMENT
    with tempfile.TemporaryFile() as errors:
        with running(
            [*command, *arguments],
            errors=errors,
            deadline_seconds=deadline_seconds,
            walls=walls,
            environment=environment,
        ) as ffmpeg:
            yield ffmpeg.output
            status = ffmpeg.process.wait()
        if ffmpeg.late:
            late = f"FFmpeg could not {purpose} within {deadline_seconds:.0f} s and was stopped"
            raise FfmpegStopped(late, starved=ffmpeg.starved)
        if status != 0:
            raise _failure(purpose, status, tail(errors, TAIL_CHARACTERS))


def _failure(purpose: str, status: int, said: str) -> Permanent | Retryable:
    if status < 0:
        return FfmpegStopped(
            f"FFmpeg could not {purpose}: it was killed by signal {-status}: {said}", -status
        )
    if status == _ENOSPC_STATUS:
        return DiskFull()
    return FfmpegFailed(f"FFmpeg could not {purpose} (exit {status}): {said}")


@contextmanager
def disk_errors() -> Iterator[None]:
    """A full disk, met by ourselves or by PyAV, is said as DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull from error
        raise
