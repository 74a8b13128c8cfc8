"""A limiter that reaches no further than it must: what is done to a sample depends on 70 ms around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.media.loudness import RATE, Sound

BLOCK = 32
"""Samples. Peaks are taken by blocks; a sound that is limited in parts is cut where a block begins."""

_ATTACK_SECONDS = 0.005
_RELEASE_SECONDS = 0.06
_PHASES = 4  # peaks between samples show at four times the rate
_TAPS = 8  # on each side of such a peak
_NEAR = 0.5  # of the ceiling: what is below can't hide a peak that is above, but for test tones
_ATTACK = round(_ATTACK_SECONDS * RATE / BLOCK)
_RELEASE = round(_RELEASE_SECONDS * RATE / BLOCK)

REACH = (_RELEASE + 3) * BLOCK
"""Samples on each side that shape a sample's gain."""


def limit(sound: Sound, ceiling_dbtp: float) -> Sound:
    """The sound with its true peaks at the ceiling or below, nothing delayed; itself if there is none above.

    Gain falls for 5 ms before a peak and is back after 60 ms.
    """
    ceiling = 10 ** (ceiling_dbtp / 20)
    peaks = _true_peaks(sound, ceiling * _NEAR)
    if peaks.max(initial=0) <= ceiling:
        return sound
    needed = np.minimum(0, 20 * np.log10(ceiling / np.maximum(peaks, ceiling)))
    middles = np.arange(len(needed)) * BLOCK + (BLOCK - 1) / 2
    gain = 10 ** (np.interp(np.arange(len(sound)), middles, _spread(needed)) / 20)
    return sound * gain.astype(np.float32)[:, np.newaxis]


def _spread(needed: NDArray[np.float64]) -> NDArray[np.float64]:
    """dB for each block: around a peak it comes and goes smoothly; where peaks are near, the deepest counts.

    The blocks next to a peak's have its whole gain: a line between two blocks must not be above either.
    """
    spread = needed.copy()
    for away in range(1, _RELEASE + 2):
        spread[away:] = np.minimum(spread[away:], needed[:-away] * _shape(away, _RELEASE))
        if away <= _ATTACK + 1:
            spread[:-away] = np.minimum(spread[:-away], needed[away:] * _shape(away, _ATTACK))
    return spread


def _shape(blocks_away: int, reach: int) -> float:
    return float(0.5 + 0.5 * np.cos(np.pi * (blocks_away - 1) / (reach + 1)))


def _true_peaks(sound: Sound, near: float) -> NDArray[np.float32]:
    """The highest amplitude in each block, between samples too where a sample comes near."""
    count = -(-len(sound) // BLOCK)
    padded = np.zeros((count * BLOCK + 2 * _TAPS, sound.shape[1]), np.float32)
    padded[_TAPS : _TAPS + len(sound)] = sound
    blocks = np.abs(padded[_TAPS:-_TAPS]).reshape(count, -1)
    peaks = blocks.max(axis=1, initial=0)
    close = np.flatnonzero(peaks > near)
    for channel in range(sound.shape[1]):
        index = close[:, np.newaxis] * BLOCK + np.arange(BLOCK + 2 * _TAPS)
        around = padded[index, channel]
        for taps in _BETWEEN:
            peaks[close] = np.maximum(peaks[close], np.abs(_filtered(around, taps)).max(axis=1, initial=0))
    return np.asarray(peaks)


def _filtered(around: Sound, taps: NDArray[np.float32]) -> Sound:
    """Sample by sample instead of by a matrix product, whose rounding depends on how much there is of it."""
    total = np.zeros((len(around), BLOCK), np.float32)
    for offset, tap in enumerate(taps):
        total += tap * around[:, offset : offset + BLOCK]
    return total


def _between() -> list[NDArray[np.float32]]:
    """For each point between two samples the windowed sinc that tells its amplitude."""
    at = np.arange(2 * _TAPS) - _TAPS
    filters = []
    for phase in range(1, _PHASES):
        distance = at - phase / _PHASES
        window = 0.5 + 0.5 * np.cos(np.pi * distance / (_TAPS + 0.5))
        taps = np.sinc(distance) * window
        filters.append((taps / taps.sum()).astype(np.float32))
    return filters


_BETWEEN = _between()
