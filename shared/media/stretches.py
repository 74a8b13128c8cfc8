"""Where a video is black, or stands still: told of the pictures it was made from, and of the finished file.

Both are told by the same eye, which is lenient with the pictures and strict with the file: the pictures are
still if hardly anything moves, the file only if nothing does. What lies between can't be a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from shared.media.files import VIDEO_FORMATS, opened
from shared.values import Value

Stretch = tuple[float, float]
"""From, until, in seconds."""
Tones = NDArray[np.float32]
"""The means of a picture's blocks, in steps of 255: of luma, then of both chroma planes."""

TOLERANCE_SECONDS = 0.2
STILL_SECONDS = 1.0
"""A file that stands for less is not told of."""

_BLOCK = 8  # pixels of the luma, at a height of 480: a cursor fills one
_REST_SECONDS = 0.5  # what stands beyond what was asked for is told of from this length on


class Eye(Value):
    """moves: how far a block's mean must go, in steps of 255, to be seen as moving.

    black: luma up to which a block is black. black_share: of a picture's blocks, for it to be black.
    """

    moves: float
    black: float
    black_share: float


LENIENT = Eye(moves=8.0, black=26.0, black_share=0.998)  # a page in a dark theme is at 25 to 45
STRICT = Eye(moves=3.0, black=22.0, black_share=1.0)  # black is 16; coarse coding moves a block by 2.4


class Stretches(Value):
    """Stretches of black, and stretches without motion of at least `STILL_SECONDS`."""

    black: tuple[Stretch, ...] = ()
    still: tuple[Stretch, ...] = ()


def watch_file(video: Path) -> Stretches:
    """Look through a finished file, which costs least at the smallest size. Raises UnusableMedia."""
    return watch(_shown(video), STRICT)


def watch_bare(stream: Path, times: Sequence[Stretch]) -> Stretches:
    """Look through a bare H.264 stream of ours; times: from when until when each picture is shown."""
    with av.open(str(stream.resolve()), format="h264") as container:
        frames = container.decode(video=0)
        return watch(((tones_of(frame), *shown) for frame, shown in zip(frames, times, strict=True)), STRICT)


def watch(pictures: Iterable[tuple[Tones, float, float]], eye: Eye = LENIENT) -> Stretches:
    """Pictures in order, each as its tones, and from when until when it is shown.

    A stretch is still as long as no block has gone far from where it was at the stretch's beginning, so that
    what moves slowly is seen to move.
    """
    black: list[Stretch] = []
    still: list[Stretch] = []
    anchor: Tones | None = None
    for tones, start, end in pictures:
        if _share_of_black(tones, eye) >= eye.black_share:
            _extend(black, start, end, anew=False)
        moved = anchor is None or float(np.abs(tones - anchor).max()) > eye.moves
        if moved:
            anchor = tones
        _extend(still, start, end, anew=moved)
    return Stretches(
        black=tuple(black),
        still=tuple(stretch for stretch in still if stretch[1] - stretch[0] >= STILL_SECONDS - 1e-6),
    )


def tones_of(picture: av.VideoFrame) -> Tones:
    """Of a yuv420p picture of about 480 lines."""
    return tones(*_planes(picture))


def tones(y: NDArray[np.uint8], cb: NDArray[np.uint8], cr: NDArray[np.uint8]) -> Tones:
    """Of a yuv420p picture of about 480 lines."""
    blocks = (_BLOCK, _BLOCK // 2, _BLOCK // 2)
    means = [_means(plane, block) for plane, block in zip((y, cb, cr), blocks, strict=True)]
    return np.stack(means)


def unasked(found: Sequence[Stretch], asked: Sequence[Stretch], shortest: float = 0.0) -> list[Stretch]:
    """What is left outside of what was asked for, which is taken to reach TOLERANCE_SECONDS further."""
    left = list(found)
    for start, end in asked:
        left = [rest for stretch in left for rest in _without(stretch, start, end)]
    return [(round(a, 3), round(b, 3)) for a, b in left if b - a >= max(shortest, 1e-3)]


def unasked_still(found: Sequence[Stretch], asked: Sequence[Stretch]) -> list[Stretch]:
    """Likewise, without what is too short to be noticed."""
    return unasked(found, asked, _REST_SECONDS)


def _without(stretch: Stretch, start: float, end: float) -> Iterator[Stretch]:
    before = (stretch[0], min(stretch[1], start - TOLERANCE_SECONDS))
    after = (max(stretch[0], end + TOLERANCE_SECONDS), stretch[1])
    yield from (rest for rest in (before, after) if rest[1] > rest[0])


def _extend(stretches: list[Stretch], start: float, end: float, *, anew: bool) -> None:
    if not anew and stretches and stretches[-1][1] >= start - 1e-6:
        stretches[-1] = (stretches[-1][0], end)
    else:
        stretches.append((start, end))


def _share_of_black(shown: Tones, eye: Eye) -> float:
    return float((shown[0] <= eye.black).mean())


def _shown(video: Path) -> Iterator[tuple[Tones, float, float]]:
    with opened(video, VIDEO_FORMATS) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        seconds = 1 / float(stream.average_rate or 30)
        for frame in container.decode(stream):
            start = frame.time or 0.0
            yield tones_of(frame), start, start + seconds


def _planes(frame: av.VideoFrame) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    y, cb, cr = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    )
    return y, cb, cr


def _means(plane: NDArray[np.uint8], block: int) -> Tones:
    """A rest at the right or below is left out."""
    rows, columns = (side // block for side in plane.shape)
    whole = plane[: rows * block, : columns * block]
    summed = whole.reshape(rows, block, columns * block).sum(axis=1, dtype=np.uint16)
    summed = summed.reshape(rows, columns, block).sum(axis=2, dtype=np.uint16)
    return np.asarray(summed / block**2, np.float32)
