"""The offline voice: espeak-ng in this process, for free, without any network.

espeak-ng 1.52 is a formant synthesiser, so it will not pass for a person; slowed to a presenter's pace and
with its hiss taken down it is clear. It reads names in other scripts in a language of that script.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from shared.voice.espeak import Espeak, Manner, Spoken, load_espeak
from shared.voice.language import DEFAULT, runs
from shared.voice.port import Line, Persona, Utterance, VoicePreset, VoiceSettings
from shared.voice.samples import Samples
from shared.voice.sound import RATE, last_heard, shape

# raise whenever the same text would sound different: manners, filters, joining
VERSION = "2"
TONGUES = {"en": "en-us", "es": "es-419", "pt": "pt-br", "fr": "fr-fr"}
"""espeak's voice for a language, where the plain code is not what most would speak."""
GAP_SECONDS = 0.06  # between two languages


@dataclass(frozen=True)
class Speaker:
    """variant: espeak's. gain_db: to about -20 dBFS while speaking, alike for all."""

    variant: str
    rate: int
    pitch: int
    pitch_range: int
    treble_db: float
    gain_db: float


SPEAKERS: dict[VoicePreset, Speaker] = {
    "professional_male": Speaker("m3", 132, 46, 58, -3, 7.2),
    "professional_female": Speaker("Annie", 132, 30, 52, -5, 6.7),
    "casual_male": Speaker("Michael", 138, 50, 55, 0, 5.7),
    "casual_female": Speaker("f4", 138, 50, 58, -4, 6.2),
    "technical": Speaker("m7", 130, 44, 50, -1, 6.5),
}


class OfflineVoice:
    """`espeak` opens the library; by default the process's one, on first use."""

    hears_context = False

    def __init__(self, espeak: Callable[[], Espeak] = load_espeak) -> None:
        self._espeak = espeak

    @property
    def model(self) -> str:
        return f"espeak-ng-{self._espeak().version}"

    @property
    def version(self) -> str:
        return VERSION

    async def cast(self, preset: VoicePreset, language: str) -> Persona:
        """The preset's speaker in that language; English where espeak has no such language."""
        tongue = TONGUES.get(language, language)
        known = tongue if self._espeak().has(tongue) else TONGUES["en"]
        return Persona(f"{known}+{SPEAKERS[preset].variant}", preset)

    async def voices(self) -> Sequence[Persona]:
        return [Persona(f"{TONGUES['en']}+{one.variant}", preset) for preset, one in SPEAKERS.items()]

    async def find(self, voice_id: str) -> Persona | None:
        return next((one for one in await self.voices() if one.voice_id == voice_id), None)

    async def say(self, line: Line, persona: Persona, settings: VoiceSettings) -> Utterance:
        """`settings` are the vendor's knobs and change nothing here; nor does what is around the line."""
        tongue, _, variant = persona.voice_id.partition("+")
        speaker = next(one for one in SPEAKERS.values() if one.variant == variant)
        return await asyncio.to_thread(self._say, line.text, tongue, speaker)

    def _say(self, text: str, tongue: str, speaker: Speaker) -> Utterance:
        espeak = self._espeak()
        spoken = [
            (words, self._speak_run(espeak, tongue if language == DEFAULT else language, words, speaker))
            for language, words in runs(text.split())
        ]
        samples, rate, times = _joined(spoken)
        filters = (
            ("highpass", "f=70"),
            ("treble", f"g={speaker.treble_db}:f=4500"),
            ("acompressor", "threshold=0.09:ratio=2.5:attack=4:release=90"),
            ("volume", f"{speaker.gain_db}dB"),
            ("alimiter", "limit=0.89:level=0:attack=2:release=40"),
        )
        return Utterance(shape(samples, rate, filters), RATE, times, len(text), Decimal(0))

    def _speak_run(self, espeak: Espeak, tongue: str, words: Sequence[str], speaker: Speaker) -> Spoken:
        manner = Manner(f"{tongue}+{speaker.variant}", speaker.rate, speaker.pitch, speaker.pitch_range)
        return espeak.speak(" ".join(words), manner)


def _joined(
    spoken: Sequence[tuple[list[str], Spoken]],
) -> tuple[Samples, int, tuple[tuple[float, float], ...]]:
    """Runs after each other with a short gap, their rate, and the times of all words."""
    rate = spoken[0][1].rate
    parts: list[Samples] = []
    times: list[tuple[float, float]] = []
    offset = 0
    for index, (words, run) in enumerate(spoken):
        if index:
            parts.append(np.zeros(round(GAP_SECONDS * rate), np.int16))
            offset += parts[-1].size
        end = last_heard(run.samples, 0, run.samples.size)
        parts.append(run.samples[:end])
        spans = word_spans(words, run)
        times += [((offset + start) / rate, (offset + stop) / rate) for start, stop in spans]
        offset += end
    return np.concatenate(parts), rate, tuple(times)


def word_spans(words: Sequence[str], run: Spoken) -> list[tuple[int, int]]:
    """First sample and the sample after the last of each word, in order.

    espeak tells where in the text each word begins that it speaks: one written word may be several (`24/7`),
    and several written ones may be one (`of the`), which then share its time by their lengths.
    """
    starts = _first_samples(words, run)
    spans: list[tuple[int, int]] = []
    for first, last in _groups(starts):
        start = starts[first] or 0
        following = starts[last] if last < len(words) else None
        end = last_heard(run.samples, start, run.samples.size if following is None else following)
        spans += _shared(start, end, [len(word) for word in words[first:last]])
    return spans


def _first_samples(words: Sequence[str], run: Spoken) -> list[int | None]:
    """The sample at which each word begins, None where espeak names none."""
    ends = np.cumsum([len(word) + 1 for word in words])
    starts: list[int | None] = [None] * len(words)
    for position, sample in run.words:
        index = min(int(np.searchsorted(ends, position, side="right")), len(words) - 1)
        if starts[index] is None:
            starts[index] = sample
    latest = 0
    for index, start in enumerate(starts):
        if start is not None:
            latest = max(latest, start)
            starts[index] = latest
    return starts


def _groups(starts: Sequence[int | None]) -> list[tuple[int, int]]:
    """Ranges of words that begin with one whose start is known (or the first)."""
    heads = [index for index, start in enumerate(starts) if start is not None or index == 0]
    return list(zip(heads, [*heads[1:], len(starts)], strict=True))


def _shared(start: int, end: int, lengths: Sequence[int]) -> list[tuple[int, int]]:
    marks = [start, *(start + np.cumsum(lengths) * (end - start) // sum(lengths)).tolist()]
    return list(pairwise(marks))
