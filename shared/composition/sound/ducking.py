"""When music steps back for speech: known from the words' times, and from nothing that is far away."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shared.media.loudness import RATE

Span = tuple[int, int]
"""First sample and the one after the last."""

DOWN = round(0.25 * RATE)  # before speech
UP = round(0.5 * RATE)  # after it
SHORT_GAP = round(0.8 * RATE)  # music stays back meanwhile
QUIET_EDGE = round(0.4 * RATE)
"""A scene that has so much silence at its edge has its music up there, whatever its neighbour says."""

BORDER = round(0.1 * RATE)
"""No ramp comes nearer to a border: what lies there is encoded with the scenes on both sides."""

_LEAST_RAMP = round(0.05 * RATE)
_FAR = 10**12


class Ducking:
    """How far music has stepped back at each sample: 0 not at all, 1 wholly."""

    def __init__(self, speech: Iterable[Span], borders: Sequence[int]) -> None:
        """borders: the samples at which one scene follows another, ascending."""
        points = list(_points(_merged(speech), borders))
        self._at = np.maximum.accumulate(np.array([at for at, _ in points], np.float64))
        self._depths = np.array([depth for _, depth in points], np.float64)

    def depths(self, start: int, end: int) -> NDArray[np.float64]:
        return np.interp(np.arange(start, end), self._at, self._depths)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _points(speech: Sequence[Span], borders: Sequence[int]) -> Iterator[tuple[int, float]]:
    """The corners of the line that music's depth follows."""
    for (_, end), (start, _) in pairwise([(-_FAR, -_FAR), *speech, (_FAR, _FAR)]):
        within = borders[bisect_left(borders, end) : bisect_right(borders, start)]
        if start - end < SHORT_GAP and not any(_is_open(border, end, start) for border in within):
            continue
        up = min([end + UP, *(border - BORDER for border in within)])
        falls = max([start - DOWN, *(border + BORDER for border in within)])
        yield min(end, up - _LEAST_RAMP), 1.0
        yield up, 0.0
        yield falls, 0.0
        yield max(start, falls + _LEAST_RAMP), 1.0


def _is_open(border: int, end: int, start: int) -> bool:
    return border - end >= QUIET_EDGE or start - border >= QUIET_EDGE
