"""From text to speech: read, spoken by a voice, checked, levelled, kept, and written where it is wanted."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import ValidationError

from shared.costs import Ledger, open_file_ledger
from shared.errors import Permanent
from shared.scripting import Passage, Script
from shared.settings import Settings, read_settings
from shared.storage import Storage, open_storage
from shared.voice.cache import Kept, SpeechCache
from shared.voice.checking import fault_of, levelled
from shared.voice.opening import open_voice
from shared.voice.pieces import Piece, cut, joined, pieces_of
from shared.voice.port import Line, Persona, Utterance, Voice, VoicePreset, VoiceSettings
from shared.voice.reading import Reading, read_aloud
from shared.voice.samples import Samples
from shared.voice.sound import CODECS, RATE, UnknownFormat, shape, trim, write_sound
from shared.voice.speech import Speech, Word

PAUSE_SECONDS = 0.35  # between sections, beside the quiet that each keeps at its ends
LOUDNESS_LUFS = -18.0  # of every piece: what is bought apart must not stand out
VERSION = "2"  # raise when reading, trimming, levelling or joining changes

Spoken = tuple[Speech, Samples]


class NothingToSay(Permanent):
    """A text without a word that can be spoken."""


class SpoiledSpeech(Permanent):
    """What a voice gave can't be used, not even when it was asked again."""


class VoiceSynthesizer:
    """Speaks texts and scripts; usable without arguments, from a script.

    workspace: under whose prefix in storage speech is kept, `voices/{workspace}/`. enable_cache: read what is
    kept there (VOICEOVER_CACHE_ENABLED must be on too); an answer is bought only once even without it.
    pronunciations: how written words are said, see `reading`.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        ledger: Ledger | None = None,
        storage: Storage | None = None,
        enable_cache: bool = True,
        workspace: str = "files",
        pronunciations: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._settings = settings or read_settings()
        storage = storage or open_storage(self._settings)
        self._voice: Voice = open_voice(self._settings, ledger or open_file_ledger(self._settings))
        self._cache = SpeechCache(storage, f"voices/{workspace}", self._settings.voiceover_cache_ttl_days)
        self._reads_cache = enable_cache and self._settings.voiceover_cache_enabled
        self._pronunciations = pronunciations

    def audio_key(self, speech: Speech) -> str:
        """The storage key of a speech's WAV. Whatever was synthesised is there, also without the cache."""
        return self._cache.audio_key(speech.content_hash)

    async def voices(self) -> Sequence[Persona]:
        """All that VOICE_<PRESET> may name. Raises Permanent, RateLimited or Retryable."""
        return await self._voice.voices()

    async def synthesize(
        self,
        text: str,
        voice_preset: str = "professional_male",
        output_path: str | Path | None = None,
        voice_settings: VoiceSettings | Mapping[str, Any] | None = None,
        language: str = "en",
    ) -> Speech:
        """Speak a text into a file.

        output_path: a .wav, .mp3 or .ogg; by default a WAV in VOICEOVER_STORAGE_PATH.

        Raises:
            NothingToSay, UnknownFormat, SpoiledSpeech, Permanent: for a person to put right.
            RateLimited, Retryable: passing faults.
        """
        check_format(output_path)
        pieces = cut(Passage(text=text, usual="", personal=True))
        speech, samples = await self._performed(
            pieces, await self._actor(voice_preset, voice_settings, language)
        )
        return _in_file(speech, samples, output_path or self._default_path(speech))

    async def synthesize_sections(
        self,
        script: Script | Mapping[str, Any],
        voice_preset: str = "professional_male",
        voice_settings: VoiceSettings | Mapping[str, Any] | None = None,
    ) -> list[Speech]:
        """One speech for each section of the script, in order; their sound is in storage (`audio_key`)."""
        return [speech for speech, _ in await self._sections(script, voice_preset, voice_settings)]

    async def synthesize_whole(
        self,
        script: Script | Mapping[str, Any],
        voice_preset: str,
        output_path: str | Path,
        voice_settings: VoiceSettings | Mapping[str, Any] | None = None,
    ) -> tuple[Speech, list[Speech]]:
        """The script as one speech in a file, and the speech of each of its sections."""
        check_format(output_path)
        sections = await self._sections(script, voice_preset, voice_settings)
        speech, samples = self._together(sections, [PAUSE_SECONDS] * len(sections))
        return _in_file(speech, samples, output_path), [speech for speech, _ in sections]

    async def synthesize_opening(
        self,
        script: Script | Mapping[str, Any],
        voice_preset: str = "professional_male",
        voice_settings: VoiceSettings | Mapping[str, Any] | None = None,
    ) -> Speech:
        """The first section, as `synthesize_sections` speaks it: what is bought for it is kept for that."""
        [(speech, _)] = await self._sections(script, voice_preset, voice_settings, first=1)
        return speech

    async def synthesize_from_script(
        self,
        script: Script | Mapping[str, Any],
        voice_preset: str = "professional_male",
        output_path: str | Path | None = None,
        voice_settings: VoiceSettings | Mapping[str, Any] | None = None,
    ) -> Speech:
        """The whole script as one speech, with a pause between sections."""
        check_format(output_path)
        sections = await self._sections(script, voice_preset, voice_settings)
        speech, samples = self._together(sections, [PAUSE_SECONDS] * len(sections))
        return _in_file(speech, samples, output_path or self._default_path(speech))

    async def _sections(
        self,
        script: Script | Mapping[str, Any],
        voice_preset: str,
        voice_settings: VoiceSettings | Mapping[str, Any] | None,
        first: int | None = None,
    ) -> list[Spoken]:
        whole = Script.model_validate(script)
        actor = await self._actor(voice_preset, voice_settings, whole.language)
        return await all_of(self._performed(pieces, actor) for pieces in pieces_of(whole)[:first])

    async def _actor(
        self, voice_preset: str, voice_settings: VoiceSettings | Mapping[str, Any] | None, language: str
    ) -> _Actor:
        try:
            tuning = VoiceSettings.model_validate(voice_settings or {})
        except ValidationError as error:
            first = error.errors()[0]
            raise Permanent(f"voice_settings: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        return _Actor(await self._voice.cast(known_preset(voice_preset), language), tuning, language)

    async def _performed(self, pieces: Sequence[Piece], actor: _Actor) -> Spoken:
        """One speech of all the pieces that have a word in them. Raises NothingToSay."""
        readings = [(piece, self._read(piece.text, actor)) for piece in pieces]
        sayable = [(piece, reading) for piece, reading in readings if reading.text]
        if not sayable:
            raise NothingToSay("the text has no word that can be spoken")
        spoken = await all_of(
            self._piece(reading, self._line(piece, reading, actor), actor) for piece, reading in sayable
        )
        return self._together(spoken, [piece.pause for piece, _ in sayable])

    def _read(self, text: str, actor: _Actor) -> Reading:
        return read_aloud(text, actor.language, self._pronunciations)

    def _line(self, piece: Piece, reading: Reading, actor: _Actor) -> Line:
        if not self._voice.hears_context:  # what is around it then makes no other piece of it
            return Line(reading.text, language=actor.language)
        before, after = (self._read(text, actor).text for text in (piece.before, piece.after))
        return Line(reading.text, before, after, actor.language)

    async def _piece(self, reading: Reading, line: Line, actor: _Actor) -> Spoken:
        """The speech, kept in storage, and its sound."""
        content_hash = self._content_hash(reading, line, actor)
        found = self._cache.find(content_hash) if self._reads_cache else None
        if found is not None:
            kept, samples = found
            return _speech(content_hash, kept, samples, Decimal(0)), samples
        takes = await self._takes(line, actor)
        samples, words = finished(reading, takes[-1])
        kept = Kept(
            spoken_at=datetime.now(UTC),
            text=" ".join(reading.words),
            voice_id=actor.persona.voice_id,
            voice_name=actor.persona.voice_name,
            model=self._voice.model,
            characters_processed=sum(take.characters for take in takes),
            price_usd=sum((take.price_usd for take in takes), Decimal(0)),
            words=words,
        )
        self._cache.keep(content_hash, kept, samples)
        cost = sum((take.price_usd for take in takes if not take.bought_before), Decimal(0))
        bought_before = all(take.bought_before for take in takes)
        return _speech(content_hash, kept, samples, cost, bought_before=bought_before), samples

    async def _takes(self, line: Line, actor: _Actor) -> list[Utterance]:
        """What was bought; the last of it can be used. A spoiled one is bought again at most once."""
        takes: list[Utterance] = []
        for take in (1, 2):
            takes.append(await self._voice.say(replace(line, take=take), actor.persona, actor.tuning))
            fault = fault_of(takes[-1], line)
            if not fault:
                return takes
        raise SpoiledSpeech(f"the voice gave nothing that can be used for {line.text[:60]!r}: {fault}")

    def _together(self, spoken: Sequence[Spoken], pauses: Sequence[float]) -> Spoken:
        """Speeches as one; one alone stays what it is."""
        if len(spoken) == 1:
            return spoken[0]
        speeches = [speech for speech, _ in spoken]
        samples, words = joined(
            [samples for _, samples in spoken], [speech.words for speech in speeches], pauses
        )
        hashes = [VERSION, list(pauses[:-1]), [speech.content_hash for speech in speeches]]
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
        cost = sum((speech.cost_usd for speech in speeches), Decimal(0))
        hit = all(speech.cache_hit for speech in speeches)
        whole = _speech(content_hash, kept, samples, cost, bought_before=hit)
        pieces = tuple(piece for speech in speeches for piece in speech.pieces or (speech,))
        return whole.model_copy(update={"pieces": pieces}), samples

    def _content_hash(self, reading: Reading, line: Line, actor: _Actor) -> str:
        whole = [
            VERSION,
            self._voice.model,
            self._voice.version,
            actor.persona.voice_id,
            actor.tuning.model_dump(exclude_none=True),
            [line.text, line.before, line.after, line.language],
            reading.words,
        ]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def _default_path(self, speech: Speech) -> Path:
        folder = self._settings.voiceover_storage_path or self._settings.leadreel_home / "voiceovers"
        return folder / f"{speech.content_hash}.wav"


@dataclass(frozen=True)
class _Actor:
    """Who speaks, how, and in which language."""

    persona: Persona
    tuning: VoiceSettings
    language: str


def _speech(
    content_hash: str, kept: Kept, samples: Samples, cost_usd: Decimal, *, bought_before: bool = True
) -> Speech:
    return Speech(
        audio_file_path=None,
        duration_seconds=samples.size / RATE,
        characters_processed=kept.characters_processed,
        cost_usd=cost_usd,
        saved_usd=kept.price_usd - cost_usd,
        cache_hit=bought_before,
        voice_id=kept.voice_id,
        voice_name=kept.voice_name,
        model=kept.model,
        words=kept.words,
        content_hash=content_hash,
    )


async def all_of(performing: Iterable[Awaitable[Spoken]]) -> list[Spoken]:
    """All at once. A failure is raised when the others are through: what was asked for is charged anyway."""
    ended = await asyncio.gather(*performing, return_exceptions=True)
    spoken: list[Spoken] = []
    for one in ended:
        if isinstance(one, BaseException):
            raise one
        spoken.append(one)
    return spoken


def check_format(path: str | Path | None) -> None:
    """Before anything is bought for it. Raises UnknownFormat."""
    if path is not None and Path(path).suffix.lower() not in {".wav", *CODECS}:
        raise UnknownFormat(f"{Path(path).name}: a voiceover is written as .wav, .mp3 or .ogg")


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
    """48 kHz, trimmed at both ends, as loud as every piece, with the written words."""
    samples = utterance.samples if utterance.rate == RATE else shape(utterance.samples, utterance.rate)
    samples, cut_seconds = trim(levelled(samples, LOUDNESS_LUFS))
    duration = samples.size / RATE
    words: list[Word] = []
    now = 0.0
    for text, times in zip(reading.words, reading.written_times(utterance.times), strict=True):
        start, end = (min(max(second - cut_seconds, now), duration) for second in times)
        words.append(Word(text=text, start=round(start, 4), end=round(max(start, end), 4)))
        now = words[-1].end
    return samples, tuple(words)
