"""Sound as samples: 48 kHz float32 arrays of shape (samples, 2), read from files, placed and faded."""

from __future__ import annotations

import wave
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av import AudioFrame

from shared.media.files import SOUND_FORMATS, UnusableMedia, opened
from shared.media.loudness import RATE, Sound

FADE_SECONDS = 0.008

_MISSING_SECONDS = 0.25


def silence(samples: int) -> Sound:
    return np.zeros((samples, 2), np.float32)


def read_sound(path: Path, longest_seconds: float) -> Sound:
    """The first sound stream of a file, up to `longest_seconds` of it. Mono is the same on both sides.

    Raises:
        UnusableMedia: for a file that is empty, no sound, damaged, or shorter than its header says.
    """
    with opened(path, SOUND_FORMATS) as container:
        if not container.streams.audio:
            raise UnusableMedia(f"{path.name} has no sound")
        stream = container.streams.audio[0]
        promised = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        # FFmpeg's stereo of a mono sound is 3 dB lower on each side
        layout, channels = ("mono", 1) if stream.codec_context.layout.nb_channels == 1 else ("stereo", 2)
        resampler = av.AudioResampler(format="flt", layout=layout, rate=RATE)
        parts = [np.zeros((0, channels), np.float32)]
        for frame in chain(container.decode(stream), [None]):
            parts += [_samples(resampled, channels) for resampled in resampler.resample(frame)]
            if sum(map(len, parts)) >= longest_seconds * RATE:
                break
    sound = np.concatenate(parts)[: round(longest_seconds * RATE)]
    if not len(sound) or len(sound) < (min(promised, longest_seconds) - _MISSING_SECONDS) * RATE:
        raise UnusableMedia(
            f"{path.name} is cut short: {len(sound) / RATE:.1f} s of {promised:.1f} s are there"
        )
    return np.repeat(sound, 2 // channels, axis=1)


def write_wav(sound: Sound, path: Path) -> Path:
    """Write sound as 16 bits; what is beyond full scale is cut. Returns `path`."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def add(mix: Sound, piece: Sound, at_seconds: float) -> None:
    """Add a piece to a mix, in place. It fades in and out so as not to click; what overhangs is left out."""
    start = round(at_seconds * RATE)
    add_part(mix, 0, piece[: max(0, len(mix) - start)], start)


def add_part(part: Sound, part_start: int, piece: Sound, piece_start: int) -> None:
    """Add what falls into `part`, a stretch of a track, of a piece that fades in and out; in place.

    Starts are samples of the track. The part's samples are the same however the track is cut into parts.
    """
    first = max(part_start, piece_start)
    last = min(part_start + len(part), piece_start + len(piece))
    if first >= last:
        return
    heard = piece[first - piece_start : last - piece_start].copy()
    fade = min(round(FADE_SECONDS * RATE), len(piece) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, fade, dtype=np.float32)))[:, np.newaxis]
    head, tail = first - piece_start, last - piece_start - (len(piece) - fade)
    if head < fade:
        heard[: fade - head] *= ramp[head : head + len(heard)]
    if tail > 0:
        tail_ramp = ramp[::-1][max(0, tail - len(heard)) : tail]
        heard[-len(tail_ramp) :] *= tail_ramp
    part[first - part_start : last - part_start] += heard


def _samples(frame: AudioFrame, channels: int) -> Sound:
    return frame.to_ndarray().reshape(-1, channels).astype(np.float32, copy=False)
