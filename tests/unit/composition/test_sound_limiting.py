"""The limiter holds true peaks down, and reaches only what is near them."""

from __future__ import annotations

import numpy as np
import pytest

from shared.composition.sound.limiting import BLOCK, REACH, limit
from shared.media.loudness import RATE, Sound, measure


def loud(seed: int) -> Sound:
    """Half a second of hiss that swells far over full scale, in the middle of two quiet seconds."""
    random = np.random.default_rng(seed)
    sound = random.standard_normal((2 * RATE, 2)) * 0.01
    swell = np.hanning(RATE // 2)[:, np.newaxis]
    sound[3 * RATE // 4 : 5 * RATE // 4] += random.standard_normal((RATE // 2, 2)) * swell * 0.5
    return sound.astype(np.float32)


def between_samples(tone: float) -> Sound:
    """A tone whose highest points lie between samples."""
    wave = 1.1 * np.sin(2 * np.pi * tone / RATE * np.arange(RATE) + np.pi / 4) * np.hanning(RATE)
    return np.repeat(wave[:, np.newaxis], 2, axis=1).astype(np.float32)


@pytest.mark.parametrize(
    "sound", [loud(1), loud(2) * 3, between_samples(997), between_samples(7000), between_samples(12_000)],
    ids=["hiss", "louder hiss", "997 Hz", "7 kHz", "12 kHz"],
)  # fmt: skip
def test_true_peaks_stay_under_the_ceiling(sound: Sound) -> None:
    before, after = measure(sound).true_peak_dbtp, measure(limit(sound, -2)).true_peak_dbtp
    assert before is not None and after is not None
    assert before > 0 and -2.5 < after < -1.6


def test_what_is_below_stays_as_it_is() -> None:
    sound = loud(1) * 0.1
    assert limit(sound, -2) is sound


def test_a_peak_shapes_nothing_that_is_far_from_it() -> None:
    sound = loud(1)
    heard = limit(sound, -2) != sound
    first, last = np.flatnonzero(heard.any(axis=1))[[0, -1]]
    near = np.flatnonzero(np.abs(sound).max(axis=1) > 0.5)  # a peak between samples has such a one beside it
    assert near[0] - 0.008 * RATE < first and last < near[-1] + REACH
    assert last - first > RATE // 10


def test_a_part_with_what_is_around_it_is_limited_as_in_the_whole() -> None:
    sound = loud(3)
    whole = limit(sound, -2)
    around = -(-REACH // BLOCK) * BLOCK
    for start in range(around, len(sound) - 6000, 1500 // BLOCK * BLOCK):
        part = limit(sound[start - around : start + 5000 + around], -2)
        assert np.array_equal(part[around : around + 5000], whole[start : start + 5000])


def test_gain_moves_without_a_click() -> None:
    sound = np.full((RATE, 2), 0.5, np.float32)
    sound[RATE // 2 : RATE // 2 + 40] = 1.5
    gain = limit(sound, -2) / sound
    assert gain.min() == pytest.approx(10 ** (-2 / 20) / 1.5, rel=0.2)
    assert np.abs(np.diff(gain[:, 0])).max() < 0.01
