"""Sounds that are damaged or lie."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from tests.support.bad_media.bad_clips import playlist
from tests.support.bad_media.case import Bait, Case, fixed, made, tone

_BAD = "damaged|cut short|no sound|can't be read|known here|isn't read here"


def wav(
    samples: bytes,
    *,
    kind: int = 1,
    channels: int = 1,
    rate: int = 48_000,
    bits: int = 16,
    align: int = 2,
    says: int | None = None,
) -> bytes:
    """A WAV. says: the size that its header gives, if another than the real one."""
    size = len(samples) if says is None else says
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * align & 0xFFFFFFFF, align, bits)
    body = (
        b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", size) + samples
    )
    return b"RIFF" + struct.pack("<I", min(len(body) + size - len(samples), 0xFFFFFFFF)) + body


_TONE = (np.sin(np.arange(96_000) / 20) * 9000).astype("<i2").tobytes()
_NO_NUMBERS = np.array([np.nan, np.inf, -np.inf, 1e30, 0.5] * 9600, "<f4").tobytes()


def _part(share: float, suffix: str) -> Callable[[Bait], bytes]:
    return lambda bait: made(suffix, *tone())[: round(len(made(suffix, *tone())) * share)]


SOUNDS = [
    Case("nothing", "sound", fixed(b""), "empty", "voice.wav"),
    *(
        Case(f"{suffix}-cut-{share}", "sound", _part(share, suffix), _BAD, f"voice.{suffix}")
        for suffix, share in (
            ("wav", 0.0005),
            ("wav", 0.5),
            ("mp3", 0.01),
            ("mp3", 0.5),
            ("flac", 0.4),
            ("m4a", 0.5),
            ("ogg", 0.02),
        )
    ),
    Case("lying-size", "sound", fixed(wav(_TONE, says=0xFFFFFF00)), "cut short", "voice.wav"),
    Case("size-unknown", "sound", fixed(wav(_TONE, says=0xFFFFFFFF)), "", "voice.wav"),
    Case("many-channels", "sound", fixed(wav(_TONE, channels=65_535, align=0xFFFE)), _BAD, "voice.wav"),
    Case("no-channels", "sound", fixed(wav(_TONE, channels=0)), _BAD, "voice.wav"),
    Case("no-rate", "sound", fixed(wav(_TONE, rate=0)), _BAD, "voice.wav"),
    Case("absurd-rate", "sound", fixed(wav(_TONE, rate=0xFFFFFFFF)), _BAD, "voice.wav"),
    Case("no-bits", "sound", fixed(wav(_TONE, bits=0, align=0)), _BAD, "voice.wav"),
    Case("no-numbers", "sound", fixed(wav(_NO_NUMBERS, kind=3, bits=32, align=4)), "", "voice.wav"),
    Case(
        "exotic-sound",
        "sound",
        fixed(wav(_TONE, kind=0x11, bits=4, align=256)),
        "isn't read here",
        "voice.wav",
    ),
    Case("long-tag", "sound", fixed(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(5000)), _BAD, "voice.mp3"),
    Case(
        "noise-as-mp3", "sound", fixed(b"\xff\xfb" + np.random.default_rng(1).bytes(9000)), _BAD, "voice.mp3"
    ),
    Case("playlist-as-sound", "sound", playlist, _BAD, "voice.mp3"),
    Case(
        "no-sound-in-it",
        "sound",
        lambda bait: made("mp4", "-f", "lavfi", "-i", "color=s=64x64:d=1"),
        "no sound",
    ),
]
