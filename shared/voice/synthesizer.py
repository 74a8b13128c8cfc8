"""From text to speech: read, spoken by a voice, trimmed, kept, and written where it is wanted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import numpy as np

from shared.costs import Ledger, open_file_ledger
from shared.errors import Permanent
from shared.scripting import Script
from shared.settings import Settings, read_settings
from shared.storage import Storage, open_storage
from shared.voice.cache import Kept, SpeechCache
from shared.voice.opening import open_voice
from shared.voice.port import Persona, Samples, Utterance, Voice, VoicePreset, VoiceSettings
from shared.voice.reading import Reading, read_aloud
from shared.voice.sound import RATE, shape, silence, trim, wav_samples, write_sound
from shared.voice.speech import Speech, Word

PAUSE_SECONDS = 0.35  # between sections, beside the quiet that each keeps at its ends
VERSION = "1"  # raise when reading or trimming changes


class NothingToSay(Permanent):
    """A text without a word that can be spoken."""


class SilentSpeech(Permanent):
    """A voice gave silence."""


class VoiceSynthesizer:
    """Speaks texts and scripts; usable without arguments, from a script.

    workspace: under whose prefix in storage speech is kept, `voices/{workspace}/`. enable_cache: read what is
    kept there (VOICEOVER_CACHE_ENABLED must be on too); an answer is bought only once even without it.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        ledger: Ledger | None = None,
        storage: Storage | None = None,
        enable_cache: bool = True,
        workspace: str = "files",
    ) -> None:
        self._settings = settings or read_settings()
        storage = storage or open_storage(self._settings)
        self._storage = storage
        self._voice: Voice = open_voice(self._settings, ledger or open_file_ledger(self._settings))
        self._cache = SpeechCache(storage, f"voices/{workspace}", self._settings.voiceover_cache_ttl_days)
        self._reads_cache = enable_cache and self._settings.voiceover_cache_enabled

    def audio_key(self, speech: Speech) -> str:
        """The storage key of a speech's WAV. Whatever was synthesised is there, also without the cache."""
        return self._cache.audio_key(speech.content_hash)

    async def synthesize(
        self,
        text: str,
        voice_preset: str = "professional_male",
        output_path: str | Path | None = None,
        voice_settings: VoiceSettings | Mapping[str, Any] | None = None,
    ) -> Speech:
        """Speak a text into a file.

        output_path: a .wav, .mp3 or .ogg; by default a WAV in VOICEOVER_STORAGE_PATH.

        Raises:
            NothingToSay, UnknownFormat, Permanent: for a person to put right.
            RateLimited, Retryable: passing faults.
        """
        speech, samples = await self._spoken(text, voice_preset, voice_settings)
        return _in_file(speech, samples, output_path or self._default_path(speech))

    async def _spoken(
        self, text: str, voice_preset: str, voice_settings: VoiceSettings | Mapping[str, Any] | None
    ) -> tuple[Speech, Samples]:
        """The speech, kept in storage, and its sound."""
        reading = read_aloud(text)
        if not reading.text:
            raise NothingToSay("the text has no word that can be spoken")
        tuning = VoiceSettings.model_validate(voice_settings or {})
        persona = await self._voice.cast(known_preset(voice_preset))
        content_hash = self._content_hash(reading, persona, tuning)
        found = self._cache.find(content_hash) if self._reads_cache else None
        if found is not None:
            kept, samples = found
            return _speech(content_hash, kept, samples, bought_before=True), samples
        utterance = await self._voice.say(reading.text, persona, tuning)
        samples, words = finished(reading, utterance)
        kept = Kept(
            spoken_at=datetime.now(UTC),
            text=" ".join(reading.words),
            voice_id=persona.voice_id,
            voice_name=persona.voice_name,
            model=self._voice.model,
            characters_processed=utterance.characters,
            price_usd=utterance.price_usd,
            words=words,
        )
        self._cache.keep(content_hash, kept, samples)
        return _speech(content_hash, kept, samples, utterance.bought_before), samples

    async def synthesize_sections(
        self,
        script: Script | Mapping[str, Any],
        voice_preset: str = "professional_male",
        voice_settings: VoiceSettings | Mapping[str, Any] | None = None,
    ) -> list[Speech]:
        """One speech for each section of the script, in order; their sound is in storage (`audio_key`)."""
        whole = Script.model_validate(script)
        return [
            (await self._spoken(section.content, voice_preset, voice_settings))[0]
            for section in whole.sections
        ]

    async def synthesize_from_script(
        self,
        script: Script | Mapping[str, Any],
        voice_preset: str = "professional_male",
        output_path: str | Path | None = None,
        voice_settings: VoiceSettings | Mapping[str, Any] | None = None,
    ) -> Speech:
        """The whole script as one speech, with a pause between sections."""
        speeches = await self.synthesize_sections(script, voice_preset, voice_settings)
        parts = [wav_samples(self._storage.get(self.audio_key(speech))) for speech in speeches]
        samples, words = joined(parts, [speech.words for speech in speeches])
        hashes = [VERSION, PAUSE_SECONDS, *(speech.content_hash for speech in speeches)]
        content_hash = hashlib.sha256(json.dumps(hashes).encode()).hexdigest()
        first = speeches[0]
        kept = Kept(
            spoken_at=datetime.now(UTC),
            text=" ".join(word.text for word in words),
            voice_id=first.voice_id,
            voice_name=first.voice_name,
            model=first.model,
            characters_processed=sum(speech.characters_processed for speech in speeches),
            price_usd=sum((speech.cost_usd + speech.saved_usd for speech in speeches), Decimal(0)),
            words=words,
        )
        self._cache.keep(content_hash, kept, samples)
        speech = _speech(content_hash, kept, samples, bought_before=False)
        speech = _in_file(speech, samples, output_path or self._default_path(speech))
        return speech.model_copy(
            update={
                "cost_usd": sum((one.cost_usd for one in speeches), Decimal(0)),
                "saved_usd": sum((one.saved_usd for one in speeches), Decimal(0)),
                "cache_hit": all(one.cache_hit for one in speeches),
            }
        )

    def _content_hash(self, reading: Reading, persona: Persona, tuning: VoiceSettings) -> str:
        whole = [
            VERSION,
            self._voice.model,
            self._voice.version,
            persona.voice_id,
            tuning.model_dump(exclude_none=True),
            reading.words,
        ]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def _default_path(self, speech: Speech) -> Path:
        folder = self._settings.voiceover_storage_path or self._settings.leadreel_home / "voiceovers"
        return folder / f"{speech.content_hash}.wav"


def _speech(content_hash: str, kept: Kept, samples: Samples, bought_before: bool) -> Speech:
    return Speech(
        audio_file_path=None,
        duration_seconds=samples.size / RATE,
        characters_processed=kept.characters_processed,
        cost_usd=Decimal(0) if bought_before else kept.price_usd,
        saved_usd=kept.price_usd if bought_before else Decimal(0),
        cache_hit=bought_before,
        voice_id=kept.voice_id,
        voice_name=kept.voice_name,
        model=kept.model,
        words=kept.words,
        content_hash=content_hash,
    )


def _in_file(speech: Speech, samples: Samples, output_path: str | Path) -> Speech:
    path = Path(output_path)
    write_sound(samples, path)
    return speech.model_copy(update={"audio_file_path": path})


def known_preset(name: str) -> VoicePreset:
    """Raises Permanent naming the presets there are."""
    for preset in get_args(VoicePreset):
        if preset == name:
            return preset  # type: ignore[no-any-return]
    raise Permanent(f"voice_preset: {name!r} is none of {', '.join(get_args(VoicePreset))}")


def finished(reading: Reading, utterance: Utterance) -> tuple[Samples, tuple[Word, ...]]:
    """48 kHz, trimmed at both ends, with the written words. Raises SilentSpeech."""
    samples = utterance.samples if utterance.rate == RATE else shape(utterance.samples, utterance.rate)
    samples, cut_seconds = trim(samples)
    if not samples.size:
        raise SilentSpeech("the voice gave nothing but silence")
    duration = samples.size / RATE
    words: list[Word] = []
    now = 0.0
    for text, times in zip(reading.words, reading.written_times(utterance.times), strict=True):
        start, end = (min(max(second - cut_seconds, now), duration) for second in times)
        words.append(Word(text=text, start=round(start, 4), end=round(max(start, end), 4)))
        now = words[-1].end
    return samples, tuple(words)


def joined(parts: Sequence[Samples], words: Sequence[Sequence[Word]]) -> tuple[Samples, tuple[Word, ...]]:
    """Speeches after each other with a pause between, and all their words."""
    pause = silence(PAUSE_SECONDS)
    pieces: list[Samples] = []
    moved: list[Word] = []
    offset = 0
    for index, (part, its_words) in enumerate(zip(parts, words, strict=True)):
        if index:
            pieces.append(pause)
            offset += pause.size
        pieces.append(part)
        shift = offset / RATE
        moved += [Word(text=word.text, start=word.start + shift, end=word.end + shift) for word in its_words]
        offset += part.size
    return np.concatenate(pieces), tuple(moved)
