"""The moving picture that stands for a video in a mail: a GIF, which mail programs know, with a play badge.

Its first frame is the one that stands where nothing moves; the badge keeps clear of what is written on it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av
import av.filter
import numpy as np
from av import VideoFrame
from av.container import InputContainer
from PIL import Image, ImageDraw, ImageFilter, ImageStat

from shared.media.files import MAX_PIXELS, VIDEO_FORMATS, UnusableMedia, opened

SIDE = 480
"""Pixels of the longer side: a wide video's preview is so wide, a tall one's so high."""
MAX_BYTES = 1_000_000

_HOLD_SECONDS = 2.0
_GLIMPSES_SECONDS = 5.0
_GLIMPSE_SECONDS = (0.8, 1.6)  # the shortest and the longest
_MOST_GLIMPSES = 6
_LIKELY = 0.9  # of the limit: what a step is expected to reach at most for it to be tried


class _Step(NamedTuple):
    """How a GIF is made: frames a second, pixels of its longer side, colours. Below, the best first."""

    fps: int
    side: int
    colours: int


_STEPS = (
    _Step(10, SIDE, 128),
    _Step(8, SIDE, 128),
    _Step(6, SIDE, 128),
    _Step(5, SIDE, 96),
    _Step(4, SIDE, 96),
    _Step(3, SIDE, 64),
    _Step(2, SIDE, 64),
    _Step(2, 400, 48),
    _Step(1, 400, 32),
    _Step(1, 320, 16),
)


@dataclass(frozen=True)
class _Glimpse:
    """Pictures of RGB at the first step's rate and size. The last one stands for `hold` seconds more."""

    pictures: list[Image.Image]
    hold: float = 0.0


Moment = tuple[Path, float]
"""A video, and seconds of it."""


def make_preview(moments: Sequence[Moment], target: Path) -> Path:
    """Write an endless GIF of less than 1,000,000 bytes, with a play badge.

    The picture at the first moment stands for 2 s; then a video moves for about a second from each of the
    others, from six of them at most. Rate, colours, then size give way until it is small enough.

    Returns `target`. Raises UnusableMedia, and ValueError without a moment.
    """
    glimpses = _glimpses(_chosen(moments))
    target.write_bytes(_small_gif(glimpses))
    return target


def _chosen(moments: Sequence[Moment]) -> list[Moment]:
    """The first, and of the others as many as are shown, evenly spread."""
    if not moments:
        raise ValueError("a preview needs a moment to show")
    first, *others = moments
    if len(others) > _MOST_GLIMPSES:
        others = [others[n * len(others) // _MOST_GLIMPSES] for n in range(_MOST_GLIMPSES)]
    return [first, *others]


def _glimpses(moments: Sequence[Moment]) -> list[_Glimpse]:
    shortest, longest = _GLIMPSE_SECONDS
    seconds = min(max(_GLIMPSES_SECONDS / max(len(moments) - 1, 1), shortest), longest)
    moving = round(seconds * _STEPS[0].fps)
    first = _Glimpse(_pictures(moments[0], 1), _HOLD_SECONDS)
    return [first, *(_Glimpse(_pictures(moment, moving)) for moment in moments[1:])]


def _pictures(moment: Moment, count: int) -> list[Image.Image]:
    """`count` pictures from a moment on, at the first step's rate; fewer, but one, at the video's end."""
    video, at_seconds = moment
    with opened(video, VIDEO_FORMATS) as container:
        if not container.streams.video:
            raise UnusableMedia(f"{video.name} has no picture")
        container.streams.video[0].codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        return _from(container, at_seconds, count)


def _from(container: InputContainer, at_seconds: float, count: int) -> list[Image.Image]:
    stream = container.streams.video[0]
    if stream.time_base is not None:
        container.seek(int(max(at_seconds, 0) / stream.time_base), stream=stream)
    due = [max(at_seconds, 0) + number / _STEPS[0].fps for number in range(count)]
    shown: VideoFrame | None = None
    pictures: list[Image.Image] = []
    for frame in container.decode(stream):
        while shown is not None and frame.time is not None and len(pictures) < count:
            if frame.time <= due[len(pictures)] + 1e-6:
                break
            pictures.append(_picture(shown))
        shown = frame
        if len(pictures) == count:
            return pictures
    if shown is None:
        raise UnusableMedia("there is no picture at a moment of the preview")
    return pictures or [_picture(shown)]


def _picture(frame: VideoFrame) -> Image.Image:
    scale = SIDE / max(frame.width, frame.height)
    width, height = max(round(frame.width * scale), 1), max(round(frame.height * scale), 1)
    return Image.fromarray(frame.reformat(width, height, "rgb24", interpolation="AREA").to_ndarray())


def _small_gif(glimpses: Sequence[_Glimpse]) -> bytes:
    """By the first step that is small enough; those that will hardly be are left out."""
    place = _badge_place(glimpses[0].pictures[0])
    gif, rate = b"", 0.0
    for step in _STEPS:
        shown = list(_shown(glimpses, step))
        weight = sum(picture.width * picture.height for picture, _ in shown) * step.colours**0.5
        if rate * weight > MAX_BYTES * _LIKELY and step != _STEPS[-1]:
            continue
        gif = _gif([_badged(picture, place) for picture, _ in shown], [s for _, s in shown], step.colours)
        if len(gif) < MAX_BYTES:
            break
        rate = len(gif) / weight
    return gif


def _shown(glimpses: Sequence[_Glimpse], step: _Step) -> Iterator[tuple[Image.Image, float]]:
    """The pictures of a step, and for how many seconds each stands."""
    for glimpse in glimpses:
        stands = len(glimpse.pictures) / _STEPS[0].fps
        count = max(round(stands * step.fps), 1)
        for number in range(count):
            picture = glimpse.pictures[number * len(glimpse.pictures) // count]
            size = [max(round(side * step.side / SIDE), 1) for side in picture.size]
            if step.side != SIDE:
                picture = picture.resize((size[0], size[1]), Image.Resampling.BOX)
            yield picture, glimpse.hold or stands / count


def _gif(pictures: Sequence[Image.Image], seconds: Sequence[float], colours: int) -> bytes:
    """One palette for all, since a change of it is seen; hundredths of a second, as GIF counts."""
    buffer = io.BytesIO()
    last = round(seconds[-1] * 100)
    options = {"loop": "0", "final_delay": str(last)}
    with av.open(buffer, "w", format="gif", options=options) as output:
        stream = output.add_stream("gif", rate=100)
        stream.width, stream.height = pictures[0].size
        stream.pix_fmt = "pal8"
        at = 0
        for frame, stands in zip(_with_palette(pictures, colours), seconds, strict=True):
            frame.pts, frame.time_base = at, Fraction(1, 100)
            at += round(stands * 100)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def _with_palette(pictures: Sequence[Image.Image], colours: int) -> Iterator[VideoFrame]:
    """The pictures in the colours that serve all of them best."""
    width, height = pictures[0].size
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=width, height=height, format=av.VideoFormat("rgb24"), time_base=Fraction(1, 100)
    )
    split = graph.add("split")
    palette = graph.add("palettegen", f"max_colors={colours}:reserve_transparent=1:stats_mode=full")
    use = graph.add("paletteuse", "dither=bayer:bayer_scale=5:diff_mode=rectangle")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    for number, picture in enumerate(pictures):
        frame = VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, 100)
        source.push(frame)
    source.push(None)
    for _ in pictures:
        pulled = sink.pull()
        assert isinstance(pulled, VideoFrame)
        yield pulled


# The badge. Lengths are parts of the picture's shorter side, places parts of the way across and down.
_DIAMETER = 0.24
_MARGIN = 0.03
_SMOOTHER = 4  # the badge is drawn so many times larger, then scaled down
_DISC, _SIGN = (16, 24, 40, 225), (255, 255, 255, 255)
_PLACES = [(x / 8, y / 8) for y in range(9) for x in range(9)]
_COARSE = 96  # pixels of the longer side: large letters are still seen, small print is not
_AWAY = 30.0  # how much more of an edge, in 255ths, is put up with for being in the middle

Place = tuple[float, float]


def _badge_place(picture: Image.Image) -> Place:
    """Where little is covered that catches the eye, near the middle if it can be."""
    edges = _coarse(picture).convert("L").filter(ImageFilter.FIND_EDGES)

    def cost(place: Place) -> float:
        covered = ImageStat.Stat(edges.crop(_badge_box(edges.size, place))).mean[0]
        return float(covered + _AWAY * math.dist(place, (0.5, 0.5)))

    return min(_PLACES, key=cost)


def _coarse(picture: Image.Image) -> Image.Image:
    scale = _COARSE / max(picture.size)
    width, height = (max(round(side * scale), 1) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BOX)


def _badge_box(size: tuple[int, int], place: Place) -> tuple[int, int, int, int]:
    side = round(min(size) * _DIAMETER)
    margin = round(min(size) * _MARGIN)
    left, top = (
        round(margin + part * (length - 2 * margin - side)) for part, length in zip(place, size, strict=True)
    )
    return left, top, left + side, top + side


def _badged(picture: Image.Image, place: Place) -> Image.Image:
    left, top, right, _ = _badge_box(picture.size, place)
    badge = _badge(right - left)
    result = picture.copy()
    result.paste(badge, (left, top), badge)
    return result


@cache
def _badge(side: int) -> Image.Image:
    """A play sign on a dark disc with a light rim."""
    large = side * _SMOOTHER
    badge = Image.new("RGBA", (large, large), (*_DISC[:3], 0))
    draw = ImageDraw.Draw(badge)
    draw.ellipse((0, 0, large - 1, large - 1), fill=_DISC, outline=_SIGN, width=max(large // 28, 1))
    middle, reach = large / 2, large * 0.25  # the triangle's corners lie on a circle about the middle
    corners = [
        (middle + reach, middle),
        (middle - reach / 2, middle - reach * 0.866),
        (middle - reach / 2, middle + reach * 0.866),
    ]
    draw.polygon(corners, fill=_SIGN)
    return badge.resize((side, side), Image.Resampling.LANCZOS)
