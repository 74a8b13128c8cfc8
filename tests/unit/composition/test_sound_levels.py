"""The mix and its loudness."""

from __future__ import annotations

import numpy as np
import pytest

from shared.composition.sound import add, level, read_sound, silence
from shared.media.loudness import RATE, Sound, measure
from tests.support.recorded_scenes import speech, wav


def placed(seconds: float, peak: float, track_seconds: float = 6.0) -> Sound:
    """A voice in the middle of a silent track."""
    track = silence(round(track_seconds * RATE))
    voice = speech(seconds, peak).astype(np.float32)
    start = (len(track) - len(voice)) // 2
    track[start : start + len(voice)] = voice[:, np.newaxis]
    return track


def clicking() -> Sound:
    """Quiet speech with a few full-scale clicks: what a plain gain can't bring to -16 LUFS."""
    track = placed(5.0, 0.05)
    track[60_000::40_000] = 0.98
    return track


@pytest.mark.parametrize(
    "track",
    [
        placed(5.0, 0.5), placed(5.0, 0.99), placed(5.0, 0.003), placed(0.3, 0.2), placed(0.3, 0.01, 30.0),
        placed(0.2, 0.5, 0.3), clicking(),
    ],
    ids=["ordinary", "loud", "very quiet", "a word", "a quiet word among silence", "a short track", "clicks"],
)  # fmt: skip
def test_every_voice_is_brought_to_the_target(track: Sound) -> None:
    levelled, loudness = level(track)
    assert len(levelled) == len(track)
    assert loudness == measure(levelled)
    assert loudness.integrated_lufs == pytest.approx(-16, abs=0.5)
    assert loudness.true_peak_dbtp is not None and loudness.true_peak_dbtp <= -1.5


def test_the_limiter_delays_nothing() -> None:
    levelled, _ = level(clicking())
    peaks = np.flatnonzero(np.abs(levelled[:, 0]) > 0.7)
    assert all(np.abs(np.arange(60_000, 288_000, 40_000) - peak).min() <= 2 for peak in peaks)


@pytest.mark.parametrize("samples", [0, 100, RATE])
def test_silence_stays_silent(samples: int) -> None:
    levelled, loudness = level(silence(samples))
    assert (len(levelled), np.abs(levelled).max(initial=0)) == (samples, 0)
    assert loudness.integrated_lufs is None


def test_pieces_begin_and_end_without_a_click() -> None:
    mix = silence(RATE)
    add(mix, np.full((RATE // 4, 2), 0.8, np.float32), 0.25)
    assert np.abs(np.diff(mix[:, 0])).max() < 0.01
    assert mix[RATE // 4 - 1].max() == 0 and mix[RATE * 3 // 8].max() == pytest.approx(0.8)


def test_what_overhangs_is_left_out_with_a_fade() -> None:
    mix = silence(RATE)
    add(mix, np.full((RATE, 2), 0.8, np.float32), 0.5)
    assert mix[-1].max() < 0.01
    add(mix, np.full((RATE, 2), 0.8, np.float32), 3.0)
    assert mix[: RATE // 2].max() == 0


def test_pieces_that_meet_are_added() -> None:
    mix = silence(RATE)
    for _ in range(2):
        add(mix, np.full((RATE, 2), 0.3, np.float32), 0)
    assert mix[RATE // 2].tolist() == pytest.approx([0.6, 0.6])


def test_a_mono_wav_is_read_as_it_is(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("sound") / "voice.wav"
    voice = speech(1.5)
    path.write_bytes(wav(voice))
    sound = read_sound(path, 60)
    assert sound.shape == (72_000, 2)
    assert np.array_equal(sound[:, 0], sound[:, 1])
    assert np.abs(sound[:, 0] - voice).max() < 0.001
    assert len(read_sound(path, 0.5)) == 24_000
