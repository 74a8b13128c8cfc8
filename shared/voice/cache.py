"""Speech that is kept: the sound as WAV, and beside it what is known about it."""

from __future__ import annotations

import wave
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pydantic import ValidationError

from shared.storage import NotStored, Storage
from shared.values import Value
from shared.voice.samples import Samples
from shared.voice.sound import wav_bytes, wav_samples
from shared.voice.speech import Word


class Kept(Value):
    """price_usd: what the speech cost when it was bought."""

    spoken_at: datetime
    text: str
    voice_id: str
    voice_name: str
    model: str
    characters_processed: int
    price_usd: Decimal
    words: tuple[Word, ...]


class SpeechCache:
    """`{prefix}/{hash}.wav` and `.json`; the JSON is written last, so what has one is whole."""

    def __init__(self, storage: Storage, prefix: str, ttl_days: int) -> None:
        self._storage = storage
        self._prefix = prefix
        self._ttl = timedelta(days=ttl_days)

    def audio_key(self, content_hash: str) -> str:
        return f"{self._prefix}/{content_hash}.wav"

    def _facts_key(self, content_hash: str) -> str:
        return f"{self._prefix}/{content_hash}.json"

    def find(self, content_hash: str) -> tuple[Kept, Samples] | None:
        """None if there is none, or it is older than the TTL, or it can't be read."""
        try:
            kept = Kept.model_validate_json(self._storage.get(self._facts_key(content_hash)))
            if datetime.now(UTC) - kept.spoken_at >= self._ttl:
                return None
            return kept, wav_samples(self._storage.get(self.audio_key(content_hash)))
        except (NotStored, ValidationError, EOFError, wave.Error):
            return None

    def keep(self, content_hash: str, kept: Kept, samples: Samples) -> None:
        self._storage.put(self.audio_key(content_hash), wav_bytes(samples), "audio/wav")
        facts = kept.model_dump_json().encode()
        self._storage.put(self._facts_key(content_hash), facts, "application/json")
