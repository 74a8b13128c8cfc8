"""Speech: sound with the moment of every word."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from shared.values import Value


class Word(Value):
    """A word as it is written, and when it is heard: seconds from the start of its speech."""

    text: str
    start: float
    end: float


class Speech(Value):
    """One synthesis, or several joined.

    audio_file_path: WAV (48 kHz mono 16 bit) unless another format was asked for; None where the storage's
        copy is enough.
    characters_processed: what a vendor counts. cost_usd: 0 on a cache hit; saved_usd says what that spared.
    """

    audio_file_path: Path | None
    duration_seconds: float
    characters_processed: int
    cost_usd: Decimal
    saved_usd: Decimal = Decimal(0)
    cache_hit: bool = False
    voice_id: str
    voice_name: str
    model: str
    words: tuple[Word, ...]
    content_hash: str
    pieces: tuple[Speech, ...] = ()
