"""What a finished video must keep to."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from shared.media.presets import Quality
from shared.values import Value

LOUDNESS_LUFS = -16.0
LOUDNESS_TOLERANCE = 0.5
TRUE_PEAK_DBTP = -1.0
CAPTIONED_SHARE = 0.98
CAPTION_LAG_SECONDS = 0.5
"""How long before or after its cue a word may be heard."""

MOST_SHIFT = 2.6
"""`Scores.shift`: coding came to 2.4 at most, a wrong matrix or range to 5 and more."""

MOST_COARSE_SHIFT = 6.0
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


def most_shift(quality: Quality) -> float:
    return MOST_COARSE_SHIFT if quality == "fast" else MOST_SHIFT


@cache
def _table() -> dict[str, dict[int, Likeness]]:
    read = tomllib.loads(_TABLE.read_text("utf-8"))
    return {
        quality: {int(height): Likeness(**limits) for height, limits in by_height.items()}
        for quality, by_height in read.items()
    }
