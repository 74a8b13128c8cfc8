"""Sound as samples: filtering, trimming, joining, and the files it is kept in."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from shared.errors import Permanent
from shared.voice.samples import Samples

RATE = 48_000
AUDIBLE = 150  # of 32768: -47 dBFS
CODECS = {".mp3": ("libmp3lame", 160_000), ".ogg": ("libopus", 96_000)}


class UnknownFormat(Permanent):
    """A sound file's suffix names no format we write."""


def shape(samples: Samples, rate: int, filters: Sequence[tuple[str, str]] = ()) -> Samples:
    """Pass sound through FFmpeg audio filters (name, options), then resample it to 48 kHz."""
    import av.filter  # a large library that only those who make sound need

    graph = av.filter.Graph()
    chain = [graph.add_abuffer(sample_rate=rate, format="s16", layout="mono")]
    chain += [graph.add(name, options) for name, options in filters]
    chain.append(graph.add("aresample", str(RATE)))
    chain.append(graph.add("aformat", "sample_fmts=s16:channel_layouts=mono"))
    chain.append(graph.add("abuffersink"))
    graph.link_nodes(*chain).configure()
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    graph.push(frame)
    graph.push(None)
    parts = [np.zeros(0, np.int16)]
    while True:
        try:
            pulled = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return np.concatenate(parts)
        assert isinstance(pulled, av.AudioFrame)
        parts.append(pulled.to_ndarray().reshape(-1).astype(np.int16))


def trim(samples: Samples, rate: int = RATE, keep_seconds: float = 0.05) -> tuple[Samples, float]:
    """Leave `keep_seconds` of quiet at both ends. Returns the sound and the seconds that went from its start.

    Where there was less quiet, some is added, so the seconds may be negative. All of silence is empty.
    """
    keep = round(keep_seconds * rate)
    heard = np.flatnonzero(np.abs(samples.astype(np.int32)) > AUDIBLE)
    if not heard.size:
        return samples[:0], 0.0
    first, last = int(heard[0]) - keep, int(heard[-1]) + 1 + keep
    padded = np.pad(samples, (max(0, -first), max(0, last - samples.size)))
    shift = max(0, -first)
    piece = padded[first + shift : last + shift].copy()
    ramp = np.linspace(0, 1, min(keep // 4, piece.size // 2) or 1)  # the cut itself must not click
    piece[: ramp.size] = piece[: ramp.size] * ramp
    piece[-ramp.size :] = piece[-ramp.size :] * ramp[::-1]
    return piece, first / rate


def last_heard(samples: Samples, start: int, end: int) -> int:
    """The last audible sample in [start, end), else `start`."""
    heard = np.flatnonzero(np.abs(samples[start:end].astype(np.int32)) > AUDIBLE)
    return start + int(heard[-1]) + 1 if heard.size else start


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.int16)


def wav_bytes(samples: Samples) -> bytes:
    """48 kHz mono 16 bit."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def wav_samples(content: bytes) -> Samples:
    """The samples of what `wav_bytes` made."""
    with wave.open(io.BytesIO(content), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def write_sound(samples: Samples, path: Path) -> None:
    """Write a .wav, .mp3 or .ogg (Opus), as the suffix says. Raises UnknownFormat."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = path.suffix.lower()
    if suffix == ".wav":
        path.write_bytes(wav_bytes(samples))
        return
    if suffix not in CODECS:
        raise UnknownFormat(f"{path.name}: a voiceover is written as .wav, .mp3 or .ogg")
    import av

    codec, bit_rate = CODECS[suffix]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
