"""How like an encode must be to its pictures, by quality and size."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from shared.media.presets import Quality
from shared.media.vmaf import Scores
from shared.values import Value

MOST_SHIFT = 2.6
"""`Scores.shift`: coding came to 2.4 at most, a wrong matrix or range to 5 and more."""

MOST_COARSE_SHIFT = 4.5
"""Of `fast`, whose CRF of 32 came to 4.3."""

_TABLE = Path(__file__).with_name("limits.toml")


class Likeness(Value):
    """mean, low: the least VMAF that a clip may have, as `shared.media.vmaf.Scores` has them."""

    mean: float
    low: float


def likeness(quality: Quality, height: int) -> Likeness:
    """The limits of a quality; of a height that is not in the table, those of the next lower one."""
    by_height = _table()[quality]
    known = [step for step in sorted(by_height) if step <= height]
    return by_height[known[-1] if known else min(by_height)]


def is_good(scores: Scores, quality: Quality, height: int) -> bool:
    """Whether an encode is as like its pictures as its quality promises."""
    least = likeness(quality, height)
    return scores.mean >= least.mean and scores.low >= least.low and scores.shift <= most_shift(quality)


def most_shift(quality: Quality) -> float:
    return MOST_COARSE_SHIFT if quality == "fast" else MOST_SHIFT


@cache
def _table() -> dict[str, dict[int, Likeness]]:
    read = tomllib.loads(_TABLE.read_text("utf-8"))
    return {
        quality: {int(height): Likeness(**limits) for height, limits in by_height.items()}
        for quality, by_height in read.items()
    }
