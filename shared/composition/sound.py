"""Sound as samples: 48 kHz stereo float32 arrays of shape (samples, 2), mixed, and levelled to EBU R128."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import av
import numpy as np
from av import AudioFrame

from shared.media.files import SOUND_FORMATS, UnusableMedia, opened
from shared.media.loudness import RATE, Loudness, Sound, decibels, filtered, measure

TARGET_LUFS = -16.0
CEILING_DBTP = -2.0
"""1 dB below what is promised: AAC overshoots what it was given, and so does the limiter's resampling."""

_FADE_SECONDS = 0.008
_SILENCE_PEAK = 1e-4  # -80 dBFS: nothing that a gain could turn into speech
_CLOSE_LU = 0.2
_MOST_ROUNDS = 6
_LIMITER_RATE = 192_000  # peaks between samples show at four times the rate
_MISSING_SECONDS = 0.25


def silence(samples: int) -> Sound:
    return np.zeros((samples, 2), np.float32)


def read_sound(path: Path, longest_seconds: float) -> Sound:
    """The first sound stream of a file, up to `longest_seconds` of it.

    Raises:
        UnusableMedia: for a file that is empty, no sound, damaged, or shorter than its header says.
    """
    with opened(path, SOUND_FORMATS) as container:
        if not container.streams.audio:
            raise UnusableMedia(f"{path.name} has no sound")
        stream = container.streams.audio[0]
        promised = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
        parts = [silence(0)]
        for frame in chain(container.decode(stream), [None]):
            parts += [_samples(resampled) for resampled in resampler.resample(frame)]
            if sum(map(len, parts)) >= longest_seconds * RATE:
                break
    sound = np.concatenate(parts)[: round(longest_seconds * RATE)]
    if not len(sound) or len(sound) < (min(promised, longest_seconds) - _MISSING_SECONDS) * RATE:
        raise UnusableMedia(
            f"{path.name} is cut short: {len(sound) / RATE:.1f} s of {promised:.1f} s are there"
        )
    return sound


def add(mix: Sound, piece: Sound, at_seconds: float) -> None:
    """Add a piece to a mix, in place. It fades in and out so as not to click; what overhangs is left out."""
    start = round(at_seconds * RATE)
    piece = piece[: max(0, len(mix) - start)].copy()
    fade = min(round(_FADE_SECONDS * RATE), len(piece) // 2)
    if fade:
        ramp = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, fade, dtype=np.float32)))[:, np.newaxis]
        piece[:fade] *= ramp
        piece[-fade:] *= ramp[::-1]
    mix[start : start + len(piece)] += piece


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
        levelled = _amplified(sound, gain)
        found = measure(levelled)
        if found.integrated_lufs is None or abs(target_lufs - found.integrated_lufs) < _CLOSE_LU:
            break
        gain += target_lufs - found.integrated_lufs
    return levelled, found


def _amplified(sound: Sound, gain_db: float) -> Sound:
    louder = sound * np.float32(10 ** (gain_db / 20))
    peak = measure(louder).true_peak_dbtp
    if peak is None or peak <= CEILING_DBTP:
        return louder
    limit = 10 ** (CEILING_DBTP / 20)
    limiter = [
        ("aresample", str(_LIMITER_RATE)),
        ("alimiter", f"limit={limit:.4f}:level=0:attack=5:release=80:latency=1"),
        ("aresample", str(RATE)),
        ("aformat", "sample_fmts=flt:channel_layouts=stereo"),
    ]
    limited = silence(len(sound))
    at = 0
    for frame in filtered(louder, limiter):
        piece = _samples(frame)[: len(limited) - at]
        limited[at : at + len(piece)] = piece
        at += len(piece)
    return limited


def _samples(frame: AudioFrame) -> Sound:
    return frame.to_ndarray().reshape(-1, 2).astype(np.float32, copy=False)
