"""Whether what a voice gave can be used."""

from __future__ import annotations

import numpy as np

from shared.voice.port import Line, Utterance
from shared.voice.samples import Samples
from shared.voice.sound import AUDIBLE

FULL_SCALE = 32_700  # of 32768
CLIPPED_RUN = 4  # samples in a row at full scale: no voice has such an edge
LEAST_AUDIBLE = 0.2  # of its length; speech is heard in more than half of it
SECONDS_PER_LETTER = (0.025, 0.35)  # the fastest and the slowest that anybody speaks
PER_DIGIT = 6  # letters: 2026 is said as `twenty twenty-six`
SLACK_SECONDS = 1.0  # of quiet around it, and for a single short word


def fault_of(utterance: Utterance, line: Line) -> str:
    """What is wrong with it, as a clause; empty if nothing is."""
    samples = utterance.samples
    loud = np.abs(samples.astype(np.int32)) > AUDIBLE
    if not loud.any():
        return "it is silent"
    if loud.mean() < LEAST_AUDIBLE * min(1.0, samples.size / utterance.rate):
        return f"only {loud.mean():.0%} of it can be heard"
    if _longest_run(np.abs(samples.astype(np.int32)) >= FULL_SCALE) >= CLIPPED_RUN:
        return "it is clipped"
    seconds = samples.size / utterance.rate
    letters = sum(PER_DIGIT if c.isdigit() else 1 for c in line.text if c.isalnum())
    letters += 3 * sum(c > "\u2e80" for c in line.text)  # a syllable each
    fastest, slowest = SECONDS_PER_LETTER
    if seconds < letters * fastest:
        return f"its {seconds:.1f} s are too short for what was to be said"
    if seconds > letters * slowest + SLACK_SECONDS:
        return f"its {seconds:.1f} s are too long for what was to be said"
    return ""


def _longest_run(marks: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def levelled(samples: Samples, loudness_lufs: float) -> Samples:
    """At that loudness, as far as no peak is cut; what is too short to measure stays as it is."""
    from shared.media.loudness import measure

    sound = (np.repeat(samples[:, np.newaxis], 2, axis=1) / 32768).astype(np.float32)
    found = measure(sound).integrated_lufs
    if found is None:
        return samples
    peak = float(np.abs(sound).max())
    gain = min(10 ** ((loudness_lufs - found) / 20), 0.97 / peak)
    return np.round(samples * gain).astype(np.int16)
