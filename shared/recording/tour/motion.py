"""When steps are under way and how things move: pure, and exact to the frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.recording.tour.steps import TourStep

RAMP_SECONDS = 0.6
BEND = 0.16  # how far the cursor's way leaves the straight line, as a share of its length

Point = tuple[float, float]


@dataclass(frozen=True)
class Moment:
    """A step at one frame. index: in the tour; seconds: since its start, at most its length."""

    index: int
    seconds: float
    ends: bool


def moments_at(steps: Sequence[TourStep], frame: int, fps: int) -> Iterator[Moment]:
    """The steps that this frame shows, in order: under way, or ended since the frame before.

    A step without a length happens at the first frame that is not before it.
    """
    end = 0.0
    now, before = frame / fps, (frame - 1) / fps
    for index, step in enumerate(steps):
        start, end = end, end + step.length
        if start > now:
            return
        if (start == end and start > before) or (start < now and end > before):
            yield Moment(index, min(now, end) - start, end <= now)


def ease(fraction: float, seconds: float) -> float:
    """How much of the way is done after `fraction` of the time: soft start, even pace, soft end.

    The pace rises and falls along a cosine during RAMP_SECONDS at either side (half of a short way each).
    """
    x = min(1.0, max(0.0, fraction))
    ramp = min(0.5, RAMP_SECONDS / seconds)
    if x > 0.5:
        return 1.0 - _risen(1.0 - x, ramp)
    return _risen(x, ramp)


def _risen(x: float, ramp: float) -> float:
    """The way done in the first half: the integral of the pace, whose whole area is 1."""
    top = 1.0 / (1.0 - ramp)
    if x >= ramp:
        return top * (x - ramp / 2)
    return top * (x - ramp / math.pi * math.sin(math.pi * x / ramp)) / 2


def reach(fraction: float) -> float:
    """How much of the way a hand has done after `fraction` of the time: the path of least jerk.

    Flash and Hogan, The coordination of arm movements (1985): 10 t^3 - 15 t^4 + 6 t^5.
    """
    t = min(1.0, max(0.0, fraction))
    return t * t * t * (10 + t * (6 * t - 15))


def on_curve(start: Point, end: Point, fraction: float, bend: float = BEND) -> Point:
    """Where a hand is on its slightly bent way, a quadratic curve from start to end."""
    (x0, y0), (x1, y1) = start, end
    # the bow is to the side of the longer way round, as an elbow's is
    cx, cy = (x0 + x1) / 2 + (y0 - y1) * bend, (y0 + y1) / 2 + (x1 - x0) * bend
    t = reach(fraction)
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
    return a * x0 + b * cx + c * x1, a * y0 + b * cy + c * y1


def on_pixels(top: float, device_scale: float) -> float:
    """The nearest scroll position at which text lies on whole device pixels and stays sharp."""
    return round(top * device_scale) / device_scale
