"""Sound as data: trimmed, resampled, joined, written."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from shared.voice.pieces import joined
from shared.voice.samples import Samples
from shared.voice.sound import (
    RATE,
    UnknownFormat,
    shape,
    silence,
    trim,
    wav_bytes,
    wav_samples,
    write_sound,
)
from shared.voice.speech import Word


def tone(seconds: float, rate: int = RATE, hertz: float = 440, level: float = 8000) -> Samples:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.int16)


@pytest.mark.parametrize(("before", "after"), [(0.5, 0.8), (0.0, 0.0), (0.01, 2.0), (0.05, 0.05)])
def test_trim_leaves_the_same_quiet_at_both_ends(before: float, after: float) -> None:
    sound = np.concatenate([silence(before), tone(1), silence(after)])
    trimmed, cut = trim(sound)
    assert trimmed.size / RATE == pytest.approx(1.1, abs=0.002)
    assert cut == pytest.approx(before - 0.05, abs=0.001)
    assert np.abs(trimmed[:2300]).max() == 0
    assert np.abs(trimmed[2500:4000]).max() > 5000


def test_trimming_silence_leaves_nothing() -> None:
    assert trim(silence(1))[0].size == 0


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
def test_resampling_keeps_length_pitch_and_level(rate: int) -> None:
    sound = shape(tone(1, rate), rate)
    assert sound.size == pytest.approx(RATE, abs=60)
    spectrum = np.abs(np.fft.rfft(sound))
    assert np.argmax(spectrum) * RATE / sound.size == pytest.approx(440, abs=2)
    assert np.sqrt((sound[4800:-4800].astype(float) ** 2).mean()) == pytest.approx(8000 / 2**0.5, rel=0.02)


def test_a_wav_is_read_back_as_it_was() -> None:
    sound = tone(0.2)
    assert np.array_equal(wav_samples(wav_bytes(sound)), sound)


@pytest.mark.parametrize(("suffix", "codec"), [(".wav", "pcm_s16le"), (".mp3", "mp3float"), (".ogg", "opus")])
def test_formats(tmp_path: Path, suffix: str, codec: str) -> None:
    path = tmp_path / "new folder" / f"voice{suffix}"
    write_sound(tone(1.5), path)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        heard = sum(frame.samples for frame in container.decode(stream)) / stream.rate
        assert stream.codec_context.name == codec
        assert (stream.rate, stream.channels) == (RATE, 1)
    assert heard == pytest.approx(1.5, abs=0.06)


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"voice\.flac: .*\.wav, \.mp3 or \.ogg"):
        write_sound(tone(0.1), tmp_path / "voice.flac")


def test_joining_pauses_and_moves_the_words() -> None:
    words = [(Word(text="a", start=0.1, end=0.4),), (Word(text="b", start=0.2, end=0.5),)]
    sound, moved = joined([tone(0.5), tone(1)], words, [0.3, 9.9])
    assert sound.size / RATE == pytest.approx(1.5 + 0.3)
    assert [word.text for word in moved] == ["a", "b"]
    assert [word.start for word in moved] == pytest.approx([0.1, 0.7 + 0.3])
