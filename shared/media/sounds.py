"""Voices and music that somebody gave us: decoded once, by FFmpeg inside walls, and kept as a plain WAV."""

from __future__ import annotations

import struct
from pathlib import Path
from time import monotonic
from typing import IO

import numpy as np

from shared.media.apart import ask_apart
from shared.media.ffmpeg import disk_errors
from shared.media.files import MISSING_SECONDS, MISSING_SHARE, UnusableMedia, media_format
from shared.media.looking import SoundFacts
from shared.media.reading import bare_output

RATE = 48_000
_FRAME = 8  # bytes: two channels of float32
_LOUDEST = 4.0  # twelve decibels above full scale; beyond it nothing was meant
_CHUNK = RATE * _FRAME
_HEADER = "<4sI4s4sIHHIIHHH4sII4sI"
_HEADER_BYTES = struct.calcsize(_HEADER)
_IEEE_FLOAT = 3


def ingest_sound(path: Path, wav: Path, *, longest_seconds: float) -> float:
    """Write the first sound stream of a file into `wav`, as 48 kHz stereo float; returns its seconds.

    What is longer than `longest_seconds` ends there. Mono is 3 dB quieter on each of the two channels, as
    FFmpeg has it. Of a clip, the sound begins at the clip's second 0.
    It takes at most 30 s, or `longest_seconds` if that is longer.

    Raises:
        UnusableMedia: says what is wrong with the file, and what would help. Nothing is left in `wav`.
        Retryable: the machine is too busy, or the system ended a process that reads it.
        DiskFull: if there is no room for the WAV.
    """
    give_up = monotonic() + max(30.0, longest_seconds)
    media_format(path)  # what it refuses needs no process
    facts = SoundFacts.model_validate_json(ask_apart("shared.media.looking.look_at_sound", path))
    sound = ["-af", "aresample=async=1:first_pts=0", "-ac", "2", "-ar", str(RATE), "-f", "f32le"]
    try:
        with (
            bare_output(
                path, "0:a:0", sound, longest_seconds=longest_seconds, deadline_seconds=give_up - monotonic()
            ) as output,
            disk_errors(),
            wav.open("wb") as file,
        ):
            seconds = _write(output, file, round(longest_seconds * RATE))
        _check(path, facts.promised_seconds, seconds, longest_seconds)
    except BaseException:
        wav.unlink(missing_ok=True)
        raise
    return seconds


def _write(output: IO[bytes], file: IO[bytes], most_samples: int) -> float:
    """Copy samples as they come; those that are no numbers become silence."""
    file.write(bytes(_HEADER_BYTES))
    written = 0
    while chunk := output.read(_CHUNK):
        whole = chunk[: len(chunk) // _FRAME * _FRAME]
        samples = np.frombuffer(whole, np.float32).reshape(-1, 2)[: most_samples - written]
        clean = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0).clip(-_LOUDEST, _LOUDEST)
        file.write(clean.tobytes())
        written += len(clean)
    file.seek(0)
    file.write(_header(written))
    return written / RATE


def _header(samples: int) -> bytes:
    size = samples * _FRAME
    return struct.pack(
        _HEADER,
        b"RIFF", _HEADER_BYTES - 8 + size, b"WAVE",
        b"fmt ", 18, _IEEE_FLOAT, 2, RATE, RATE * _FRAME, _FRAME, 32, 0,
        b"fact", 4, samples,
        b"data", size,
    )  # fmt: skip


def _check(path: Path, promised: float | None, seconds: float, longest_seconds: float) -> None:
    if not seconds:
        raise UnusableMedia(f"{path.name} has no sound that can be decoded: save it anew, as WAV or MP3")
    expected = min(promised or 0.0, longest_seconds)
    if seconds < expected - min(MISSING_SECONDS, MISSING_SHARE * expected):
        raise UnusableMedia(f"{path.name} is cut short: {seconds:.1f} s of {promised:.1f} s can be decoded")
