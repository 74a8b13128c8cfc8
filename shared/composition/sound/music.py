"""A bed of music under the voice: any piece, for as long as the video, back where somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shared.composition.sound.ducking import Ducking
from shared.media.loudness import RATE, Sound, integrated_lufs

BED_LUFS = -30.0  # where nobody speaks
DUCK_DB = 9.0

_CROSSFADE = 2 * RATE
_FADE_IN = round(0.5 * RATE)
_FADE_OUT = round(1.5 * RATE)


@dataclass(frozen=True)
class Bed:
    """Music that is looped. gain_db: where nobody speaks; it is duck_db lower where somebody does."""

    sound: Sound
    gain_db: float
    duck_db: float = DUCK_DB


def bed_gain(music: Sound, loudness_lufs: float = BED_LUFS) -> float:
    """The gain in dB that brings music to a loudness; 0 for silence. It is worth keeping beside the music."""
    found = integrated_lufs(music)
    return 0.0 if found is None else round(loudness_lufs - found, 1)


def looped(music: Sound, start: int, end: int) -> Sound:
    """Samples [start, end) of music that goes round and round, each round fading into the next."""
    crossing = min(_CROSSFADE, len(music) // 2)
    period = len(music) - crossing
    at = np.arange(start, end)
    place = at % period
    part = music[place].astype(np.float32)
    mixed = np.flatnonzero((at >= period) & (place < crossing))
    angle = (place[mixed] + 0.5) * (np.pi / 2 / max(crossing, 1))
    part[mixed] *= np.sin(angle).astype(np.float32)[:, np.newaxis]
    part[mixed] += music[place[mixed] + period] * np.cos(angle).astype(np.float32)[:, np.newaxis]
    return part


def bed_part(bed: Bed, ducking: Ducking, start: int, end: int, total: int) -> Sound:
    """Samples [start, end) of the bed of a video of `total` samples; its clock says what is played."""
    at = np.arange(start, end)
    shown = np.clip(np.minimum((at + 0.5) / _FADE_IN, (total - at - 0.5) / _FADE_OUT), 0, 1)
    gain_db = bed.gain_db - bed.duck_db * ducking.depths(start, end)
    gain = 10 ** (gain_db / 20) * (0.5 - 0.5 * np.cos(np.pi * shown))
    return looped(bed.sound, start, end) * gain.astype(np.float32)[:, np.newaxis]
