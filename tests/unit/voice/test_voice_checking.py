"""What of a voice's sound can be used, and how loud it is made."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from shared.media.loudness import measure
from shared.voice.checking import fault_of, levelled
from shared.voice.port import Line, Utterance
from shared.voice.samples import Samples

RATE = 24_000
TEXT = "This is what was to be said here."


def tone(seconds: float, level: float = 0.3) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.round(32767 * level * np.sin(2 * np.pi * 220 * time)).astype(np.int16)


def utterance(samples: Samples) -> Utterance:
    return Utterance(samples, RATE, (), len(TEXT), Decimal(0))


CLIPPED = np.clip(tone(2, 1.0).astype(np.int32) * 3, -32768, 32767).astype(np.int16)


@pytest.mark.parametrize(
    ("samples", "fault"),
    [
        (tone(2), ""),
        (tone(2, 0.02), ""),
        (np.zeros(0, np.int16), "silent"),
        (np.zeros(RATE * 2, np.int16), "silent"),
        (np.concatenate([tone(0.2), np.zeros(RATE * 3, np.int16)]), "only 6% of it"),
        (tone(0.3), "too short"),
        (tone(30), "too long"),
        (CLIPPED, "clipped"),
    ],
)
def test_faults(samples: Samples, fault: str) -> None:
    found = fault_of(utterance(samples), Line(TEXT))
    assert found.startswith("it is" if fault in {"silent", "clipped"} else found[:2])
    assert fault in found
    assert bool(found) == bool(fault)


@pytest.mark.parametrize("text", ["Hi", "2026", "1,234", "你好，世界", "No."])
def test_a_short_text_has_a_second_or_so(text: str) -> None:
    assert fault_of(utterance(tone(1.2)), Line(text)) == ""


@pytest.mark.parametrize("level", [0.01, 0.1, 0.5, 0.9])
def test_pieces_are_equally_loud(level: float) -> None:
    at_48_khz = np.repeat(tone(2, level), 2)
    sound = levelled(at_48_khz, -20)
    stereo = (np.repeat(sound[:, np.newaxis], 2, axis=1) / 32768).astype(np.float32)
    assert measure(stereo).integrated_lufs == pytest.approx(-20, abs=0.1)


def test_no_peak_is_cut() -> None:
    spikes = np.zeros(96_000, np.int16)
    spikes[::4800] = 30_000
    assert np.abs(levelled(spikes, -5).astype(int)).max() <= 32768 * 0.98
