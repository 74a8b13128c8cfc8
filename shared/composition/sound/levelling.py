"""One mix brought to exactly the loudness that is asked for; every sample then depends on all others."""

from __future__ import annotations

import numpy as np

from shared.composition.sound.limiting import limit
from shared.media.loudness import Loudness, Sound, decibels, measure

TARGET_LUFS = -16.0
CEILING_DBTP = -2.0
"""1 dB below what is promised: AAC overshoots what it was given."""

_SILENCE_PEAK = 1e-4  # -80 dBFS: nothing that a gain could turn into speech
_CLOSE_LU = 0.2
_MOST_ROUNDS = 6


def level(sound: Sound, target_lufs: float = TARGET_LUFS) -> tuple[Sound, Loudness]:
    """Bring a mix to a loudness, its true peaks under CEILING_DBTP. Silence stays as it is.

    A plain gain where that is enough; a limiter takes the peaks that it would raise too far, and as that
    takes loudness too, the gain is found in a few rounds.
    """
    peak = float(np.abs(sound).max(initial=0.0))
    if peak < _SILENCE_PEAK:
        return sound, measure(sound)
    gain = -decibels(peak)  # to full scale first: the measure is deaf to what is very quiet
    levelled = sound
    for _ in range(_MOST_ROUNDS):
        levelled = limit(sound * np.float32(10 ** (gain / 20)), CEILING_DBTP)
        found = measure(levelled)
        if found.integrated_lufs is None or abs(target_lufs - found.integrated_lufs) < _CLOSE_LU:
            break
        gain += target_lufs - found.integrated_lufs
    return levelled, found
