"""Voices and music become a plain WAV."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from shared.media.sounds import ingest_sound
from tests.support.bad_media.bad_sounds import wav
from tests.support.bad_media.case import made, tone

MONO = 0.5**0.5
KINDS = {
    "wav": (),
    "mp3": (),
    "ogg": ("-c:a", "libvorbis"),
    "flac": (),
    "m4a": (),
    "webm": ("-c:a", "libopus"),
}


def ingest(folder: Path, content: bytes, longest_seconds: float = 10) -> npt.NDArray[np.float32]:
    """The samples of the WAV, as another program reads them: (samples, 2)."""
    given, kept = folder / "given", folder / "kept.wav"
    given.write_bytes(content)
    seconds = ingest_sound(given, kept, longest_seconds=longest_seconds)
    with av.open(str(kept)) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels, stream.codec_context.name) == (48_000, 2, "pcm_f32le")
        samples = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in container.decode(stream)])
    assert len(samples) == round(seconds * 48_000)
    return samples


@pytest.mark.parametrize("kind", KINDS)
def test_sounds_of_every_kind(kind: str, tmp_path: Path) -> None:
    samples = ingest(tmp_path, made(kind, *tone(2), *KINDS[kind]))
    assert len(samples) == pytest.approx(96_000, abs=2500)
    # lavfi's sine is an eighth of full scale
    heard = np.abs(np.fft.rfft(samples[24_000:72_000, 0]))
    assert int(heard.argmax()) == 440
    assert np.abs(samples[24_000:72_000]).max() == pytest.approx(MONO / 8, abs=0.02)
    assert np.array_equal(samples[:, 0], samples[:, 1])


def test_a_long_one_ends(tmp_path: Path) -> None:
    assert len(ingest(tmp_path, made("wav", *tone(4)), 1.5)) == 72_000


def test_what_is_no_number_is_silence(tmp_path: Path) -> None:
    given = np.array([np.nan, np.inf, -np.inf, 1e30, 0.5] * 9600, "<f4").tobytes()
    samples = ingest(tmp_path, wav(given, kind=3, bits=32, align=4))
    assert np.isfinite(samples).all() and np.abs(samples).max() <= 4.0
    assert samples[4, 0] == pytest.approx(MONO / 2) and samples[0, 0] == 0.0


def test_the_sound_of_a_clip_begins_with_the_clip(tmp_path: Path) -> None:
    late = made("mkv", "-f", "lavfi", "-i", "color=s=64x64:r=25:d=2", *tone(1), "-af", "asetpts=PTS+1/TB")
    samples = ingest(tmp_path, late)
    assert np.abs(samples[:47_000]).max() < 0.01 < np.abs(samples[49_000:]).max()
