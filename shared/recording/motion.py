"""Where a tour stands at each frame: pure, and exact to the frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.recording.steps import Scroll, TourStep

RAMP_SECONDS = 0.6


@dataclass(frozen=True)
class Motion:
    """A scroll at one frame. step: its index in the tour; progress: how much of its way is done, 0 to 1."""

    step: int
    to: float
    progress: float


def motions_at(steps: Sequence[TourStep], frame: int, fps: int) -> Iterator[Motion]:
    """The scrolls that this frame moves, in order: under way, or ended since the last frame."""
    end = 0.0
    now = frame / fps
    before = (frame - 1) / fps
    for index, step in enumerate(steps):
        start, end = end, end + step.length
        if start >= now:
            return
        if isinstance(step, Scroll) and isinstance(step.to, float) and end > before:
            yield Motion(index, step.to, ease((now - start) / step.seconds, step.seconds))


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


def on_pixels(top: float, device_scale: float) -> float:
    """The nearest scroll position at which text lies on whole device pixels and stays sharp."""
    return round(top * device_scale) / device_scale
