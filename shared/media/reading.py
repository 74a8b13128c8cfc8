"""FFmpeg inside walls, decoding what somebody gave us into bare pictures or samples on a pipe."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from shared.media.ffmpeg import FfmpegFailed, FfmpegStopped, ffmpeg_output
from shared.media.files import DECODERS, MAX_PIXELS, UnusableMedia, media_format
from shared.media.walled import Walls

WALLS = Walls(memory_bytes=2_000_000_000)
"""5K HEVC of 10 bits takes 0.7 GB of address space (2026-11-21)."""

_DAMAGED_SHARE = 0.1  # so much of it may be damaged


@contextmanager
def bare_output(
    path: Path, stream: str, options: list[str], *, longest_seconds: float, deadline_seconds: float
) -> Iterator[IO[bytes]]:
    """What FFmpeg makes of one stream of a file; the block reads it to the end.

    Args:
        stream: as FFmpeg maps it, such as `0:a:0`.
        longest_seconds: of the file are read.

    Raises:
        UnusableMedia.
        FfmpegStopped: the machine is too busy, or the system ended it.
    """
    whence = [
        "-f", media_format(path),
        "-protocol_whitelist", "file",
        "-codec_whitelist", ",".join(sorted(DECODERS)),
        "-max_pixels", str(MAX_PIXELS),
        "-max_streams", "50",
        "-threads", "2",
        "-t", f"{longest_seconds:.3f}",
        "-i", str(path.resolve()),
    ]  # fmt: skip
    arguments = ["-filter_threads", "1", "-max_error_rate", str(_DAMAGED_SHARE), *whence, "-map", stream]
    try:
        with ffmpeg_output(
            [*arguments, *options, "pipe:1"],
            purpose=f"read {path.name}",
            deadline_seconds=deadline_seconds,
            walls=WALLS,
        ) as output:
            yield output
    except FfmpegFailed as error:
        raise UnusableMedia(f"{path.name} is damaged, or needs more memory than there is for it") from error
    except FfmpegStopped as error:
        if error.starved or error.signal == signal.SIGKILL:  # by the system, short of memory or ending
            raise
        what = "takes too long to be read" if error.signal is None else "is damaged"
        raise UnusableMedia(f"{path.name} {what}: save it anew, as H.264 in MP4") from error


def pieces(output: IO[bytes], size: int) -> Iterator[bytes]:
    """What comes in pieces of so many bytes; a last one that isn't full is left out."""
    while len(piece := output.read(size)) == size:
        yield piece
