"""Short films of yuv420p pictures, drawn by the test: what pages do that is hard to tell from a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]

WIDTH, HEIGHT, FPS, FRAMES = 854, 480, 30, 120


def planes(y: npt.NDArray[np.floating] | Plane, cb: int = 128, cr: int = 128) -> Planes:
    """A picture of one colour's shades."""
    chroma = (y.shape[0] // 2, y.shape[1] // 2)
    luma = np.clip(np.rint(y), 16, 235).astype(np.uint8)
    return luma, np.full(chroma, cb, np.uint8), np.full(chroma, cr, np.uint8)


def page(paper: int, ink: int, rows: int = 28, height: int = HEIGHT) -> Plane:
    """Something like a page of text: rows of words made of strokes."""
    dice = np.random.default_rng(5)
    picture = np.full((height, WIDTH), paper, np.uint8)
    for row in range(rows):
        top = 12 + row * (height - 24) // rows
        at = 20
        while at < WIDTH - 80:
            word = int(dice.integers(16, 60))
            strokes = dice.random((9, word)) < 0.4
            picture[top : top + 9, at : at + word][strokes] = ink
            at += word + 8
    return picture


def cursor() -> Iterator[Planes]:
    """A page on which nothing but a small cursor moves, after it stood."""
    paper = page(225, 40)
    for number in range(FRAMES):
        picture = paper.copy()
        x = 100 + 2 * max(0, min(number - 40, 60))
        picture[200:214, x : x + 9] = 20
        yield planes(picture)


def slow() -> Iterator[Planes]:
    """An edge that moves by an eighth of a pixel each frame."""
    across = np.arange(WIDTH, dtype=np.float64)
    for number in range(FRAMES):
        bright = np.clip(300 + number / 8 - across, 0, 1)
        yield planes(np.tile(60 + 150 * bright, (HEIGHT, 1)), 110, 150)


def dark() -> Iterator[Planes]:
    """A page in a dark theme, with little on it; then scrolling to where there is nothing; then standing."""
    tall = page(30, 180, rows=4, height=900)
    tall[480:] = 30
    for number in range(FRAMES):
        top = min(max(number - 20, 0) * 8, 420)
        yield planes(tall[top : top + HEIGHT], 124, 130)


def fade() -> Iterator[Planes]:
    """A card that goes to black, stays there for half a second, and comes back."""
    card = page(200, 60, rows=6).astype(np.float64)
    for number in range(FRAMES):
        light = min(1.0, max(0.0, abs(number - 60) - 8) / 30)
        yield planes(16 + (card - 16) * light)


def photo() -> Iterator[Planes]:
    """Something like a photograph, drifting."""
    dice = np.random.default_rng(8)
    large = sum(
        np.kron(dice.normal(0, 3 * size**0.5, (576 // size + 1, 1024 // size + 1)), np.ones((size, size)))[
            :576, :1024
        ]
        for size in (2, 8, 32, 64)
    )
    for number in range(FRAMES):
        left = number // 2
        yield planes(np.asarray(large)[40 : 40 + HEIGHT, left : left + WIDTH] + 120, 120, 136)


KINDS: dict[str, Callable[[], Iterator[Planes]]] = {
    "cursor": cursor, "slow": slow, "dark": dark, "fade": fade, "photo": photo,
}  # fmt: skip


def frozen(pictures: Sequence[Planes], start: int, stop: int) -> list[Planes]:
    """The pictures from `start` on stand until `stop`."""
    return [pictures[start] if start <= number < stop else one for number, one in enumerate(pictures)]


def blackened(pictures: Sequence[Planes], start: int, stop: int) -> list[Planes]:
    black = planes(np.full((HEIGHT, WIDTH), 16, np.uint8))
    return [black if start <= number < stop else one for number, one in enumerate(pictures)]


def encode(pictures: Sequence[Planes], video: Path, crf: int = 32, preset: str = "fast") -> Path:
    """As H.264 in MP4, in the way of the product's clips."""
    height, width = pictures[0][0].shape
    options = {"crf": str(crf), "preset": preset, "bf": "0", "refs": "1", "g": "180", "sc_threshold": "0"}
    with av.open(str(video), "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(
                np.concatenate([plane.reshape(-1) for plane in picture]).reshape(height * 3 // 2, width),
                format="yuv420p",
            )
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return video
