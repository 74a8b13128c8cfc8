"""How much an encode looks like what was encoded: by VMAF, which FFmpeg measures, and by tone.

VMAF (https://github.com/Netflix/vmaf) looks at brightness alone, and at its changes from place to place:
wrong colours, or a picture that is a little too dark, it hardly minds.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import Timer
from typing import IO

import av
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from shared.media.ffmpeg import TAIL_CHARACTERS, FfmpegFailed, FfmpegStopped
from shared.media.files import VIDEO_FORMATS, UnusableMedia, opened
from shared.values import Value

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]
"""Y, Cb and Cr of a yuv420p picture: (height, width), and half of both."""
Picture = Planes | av.VideoFrame

LOW_PERCENTILE = 1.0

_THREADS = 2
_BLOCK = 16  # pixels of the luma; of the chroma, half as many
_COLOUR_STEP = 16  # blocks within so many steps of each other, in each plane, are of one colour
_COLOURS = 256 // _COLOUR_STEP
_COMMON = 0.01  # of a picture's blocks must have a colour for its mean to say something
_DEADLINE_SECONDS = 600.0  # ten minutes of video at 1080p, one frame in eight, on two busy cores


class Scores(Value):
    """mean, low: VMAF, 0 to 100, of all frames and of the frame that 99 % are better than.

    shift: by how much parts of one colour are off in luma or chroma, in steps of 255: the colour that is off
    the most, in the middle one of the frames. frames: compared. seconds: that it took.
    """

    mean: float
    low: float
    shift: float
    frames: int
    seconds: float


def vmaf(
    reference: Iterable[Picture], distorted: Path, width: int, height: int, fps: int, every: int = 1
) -> Scores:
    """Hold an encode against the pictures it was made from, yuv420p of the same even size.

    Args:
        reference: what each compared frame should look like, in order.
        distorted: MP4, Matroska or a bare H.264 stream.
        every: the distorted frames 0, every, 2 * every … are compared with one reference picture each.

    Raises:
        UnusableMedia: the encode is damaged, of another size, or has not a frame for each reference.
        FfmpegFailed, FfmpegStopped.
    """
    started = time.monotonic()
    shifts: list[float] = []
    with tempfile.TemporaryDirectory(prefix="leadreel-vmaf-") as folder:
        log = Path(folder) / "log.json"
        with _meter(log, width, height, fps) as meter:
            for ours, theirs in _pairs(reference, distorted, every):
                if ours[0].shape != (height, width) or theirs[0].shape != (height, width):
                    raise UnusableMedia(f"{distorted.name} is not compared with pictures of its size")
                shifts.append(_shift(ours, theirs))
                for plane in (p for both in zip(ours, theirs, strict=True) for p in both):
                    meter.write(np.ascontiguousarray(plane).data)
        if not shifts:
            raise UnusableMedia(f"there is nothing to compare {distorted.name} with")
        scores = [float(frame["metrics"]["vmaf"]) for frame in json.loads(log.read_text())["frames"]]
    return Scores(
        mean=round(float(np.mean(scores)), 3),
        low=round(float(np.percentile(scores, LOW_PERCENTILE)), 3),
        shift=round(float(np.median(shifts)), 3),
        frames=len(scores),
        seconds=round(time.monotonic() - started, 3),
    )


def _pairs(reference: Iterable[Picture], distorted: Path, every: int) -> Iterator[tuple[Planes, Planes]]:
    """Reference and encode, picture by picture."""
    with ExitStack() as stack:
        frames = stack.enter_context(_decoded(distorted))
        sampled = islice(frames, 0, None, every)
        for picture in reference:
            frame = next(sampled, None)
            if frame is None:
                raise UnusableMedia(f"{distorted.name} has fewer frames than it is to have")
            yield _planes(picture), _planes(frame)
        if next(sampled, None) is not None:
            raise UnusableMedia(f"{distorted.name} has more frames than it is to have")


@contextmanager
def _decoded(path: Path) -> Iterator[Iterator[av.VideoFrame]]:
    """The frames of a video that we made."""
    with path.open("rb") as file:
        bare = file.read(4).startswith((b"\0\0\0\1", b"\0\0\1"))
    with av.open(str(path.resolve()), format="h264") if bare else opened(path, VIDEO_FORMATS) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        yield container.decode(stream)


def _planes(picture: Picture) -> Planes:
    if not isinstance(picture, av.VideoFrame):
        return picture
    if picture.format.name not in {"yuv420p", "yuvj420p"}:
        raise UnusableMedia(f"pictures are compared in yuv420p, not in {picture.format.name}")
    y, cb, cr = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in picture.planes
    )
    return y, cb, cr


def _shift(ours: Planes, theirs: Planes) -> float:
    """Of the colour that is off the most. Coarse coding averages out over its blocks; wrong tones don't."""
    blocks = (_BLOCK, _BLOCK // 2, _BLOCK // 2)
    wanted, given = (
        [_block_means(plane, block).ravel() for plane, block in zip(planes, blocks, strict=True)]
        for planes in (ours, theirs)
    )
    y, cb, cr = (means.astype(np.int64) // _COLOUR_STEP for means in wanted)
    colours = (y * _COLOURS + cb) * _COLOURS + cr
    counted = np.bincount(colours)
    common = counted >= _COMMON * len(colours)
    return max(
        float(np.abs(np.bincount(colours, b - a)[common] / counted[common]).max(initial=0.0))
        for a, b in zip(wanted, given, strict=True)
    )


def _block_means(values: Plane, block: int) -> NDArray[np.float64]:
    """The mean of each whole block; a rest at the right or below is left out."""
    rows, columns = (side // block for side in values.shape)
    whole = values[: rows * block, : columns * block]
    summed = whole.reshape(rows, block, columns * block).sum(axis=1, dtype=np.int32)
    means: NDArray[np.float64] = summed.reshape(rows, columns, block).sum(axis=2) / block**2
    return means


@contextmanager
def _meter(log: Path, width: int, height: int, fps: int) -> Iterator[IO[bytes]]:
    """Takes pairs of pictures, one above the other; their VMAF is in `log` when the block ends."""
    chain = (
        f"[0:v]split[a][b];[a]crop={width}:{height}:0:0[r];[b]crop={width}:{height}:0:{height}[d];"
        f"[d][r]libvmaf=n_threads={_THREADS}:log_fmt=json:log_path={log}"
    )
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-loglevel", "error"]
    command += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", f"{width}x{2 * height}"]
    command += ["-framerate", str(fps), "-i", "pipe:0", "-lavfi", chain, "-f", "null", "-"]
    with tempfile.TemporaryFile() as said:
        with _fed(command, said) as process:
            assert process.stdin is not None  # asked for as a pipe
            with suppress(BrokenPipeError):  # how it ended says more
                yield process.stdin
                process.stdin.close()
            status = process.wait()
        said.seek(0)
        tail = said.read().decode(errors="replace").strip()[-TAIL_CHARACTERS:]
    if status < 0:
        raise FfmpegStopped(f"FFmpeg could not compare two videos: it was killed by signal {-status}: {tail}")
    if status:
        raise FfmpegFailed(f"FFmpeg could not compare two videos (exit {status}): {tail}")


@contextmanager
def _fed(command: list[str], said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that reads from a pipe of ours, is killed at its deadline, and is gone at the end."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
    timer = Timer(_DEADLINE_SECONDS, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield process
    finally:
        timer.cancel()
        process.kill()  # does nothing to a process that has ended
        with suppress(BrokenPipeError):
            assert process.stdin is not None
            process.stdin.close()
        process.wait()
