"""How a written text is read aloud: each word as it is written, beside what is said for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from shared.voice.reading.grouping import telephone_words, thousands
from shared.voice.reading.marks import LONE_DASHES, bare, speakable, spoken_signs
from shared.voice.reading.pauses import without_pauses
from shared.voice.reading.pronunciation import Pronunciations
from shared.voice.reading.vocabulary import Vocabulary, read_vocabulary
from shared.voice.reading.wording import Place, Wording

SAID_OTHERWISE = {"24/7": "24 7"}
NO_PRONUNCIATIONS: Mapping[str, str] = MappingProxyType({})

Times = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Reading:
    """words: the text split at white space. said: what is spoken for each; empty for an emoji.

    joined: the indexes of words that are said together with the one before them, which carries it all.
    """

    words: tuple[str, ...]
    said: tuple[str, ...]
    joined: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """What a voice is given."""
        return " ".join(said for said in self.said if said)

    def written_times(self, times: Times) -> Times:
        """The times of the spoken words, as a voice gives them, laid on the written ones.

        What isn't spoken takes no time, at the end of the word before it. Words that are said together share
        their time by their lengths.
        """
        spoken, now = iter(times), 0.0
        result: list[tuple[float, float]] = []
        heads = [index for index in range(len(self.words)) if index not in self.joined]
        for first, following in pairwise([*heads, len(self.words)]):
            parts = [next(spoken) for _ in self.said[first].split()]
            start, end = (parts[0][0], parts[-1][1]) if parts else (now, now)
            result += _shared(start, end, self.words[first:following])
            now = end
        return tuple(result)


def _shared(start: float, end: float, words: Sequence[str]) -> list[tuple[float, float]]:
    if len(words) == 1:
        return [(start, end)]
    total = sum(map(len, words))
    marks = [start + (end - start) * sum(map(len, words[:count])) / total for count in range(len(words))]
    return list(pairwise([*marks, end]))


def read_aloud(
    text: str, language: str = "en", pronunciations: Mapping[str, str] = NO_PRONUNCIATIONS
) -> Reading:
    """Numbers, addresses, signs and abbreviations as people say them in a language; a line break is a space.

    language: a tag such as `en` or `es-MX`; in one without a vocabulary, numbers and abbreviations are left
    to the voice. Brackets, quotation marks, emoji and pause marks are not said.
    pronunciations: what is said, unread, for a written word or phrase; one in lower case stands for any case.
    """
    words = tuple(without_pauses(text).split())
    reader = _Reader(words, read_vocabulary(language), Pronunciations(pronunciations))
    said: list[str] = []
    joined: set[int] = set()
    while len(said) < len(words):
        spoken, length = reader.read(len(said))
        joined |= {len(said) + further for further in range(1, length)}
        said += [spoken, *[""] * (length - 1)]
    return Reading(words, _without_lone_marks(said), frozenset(joined))


class _Reader:
    """Reads the words at an index, with what is beside them."""

    def __init__(
        self, words: Sequence[str], vocabulary: Vocabulary | None, pronunciations: Pronunciations
    ) -> None:
        self._words = words
        self._heard = [index for index, word in enumerate(words) if speakable(word)]
        self._pronunciations = pronunciations
        self._wording = Wording(vocabulary) if vocabulary else None
        self._abbreviations = Pronunciations(
            {written: said for written, said in vocabulary.abbreviations.items() if " " in written}
            if vocabulary
            else {}
        )
        self._telephones = telephone_words(words) if vocabulary else frozenset()

    def read(self, index: int) -> tuple[str, int]:
        """What is said, and for how many words."""
        if match := self._pronunciations.match(self._words, index):
            return match.said, match.entry.length
        word = self._words[index]
        if parts := self._pronunciations.parts(word):
            return "".join(part if laid_down else self._word(part, Place()) for part, laid_down in parts), 1
        if self._wording and index in self._telephones:
            return self._wording.telephone(word, index + 1 in self._telephones), 1
        return self._phrase(index) or (self._word(word, self._place(index, 1)), 1)

    def _word(self, word: str, place: Place) -> str:
        if self._wording:
            return self._wording.read(word, place)
        return _without_language(word)

    def _phrase(self, index: int) -> tuple[str, int] | None:
        """An abbreviation of several words, or a number whose thousands stand apart."""
        if self._wording is None:
            return None
        if match := self._abbreviations.match(self._words, index):
            length = match.entry.length
            return self._wording.phrase(match, self._place(index, length)), length
        length = thousands(self._words, index)
        number = self._wording.vocabulary.thousands.join(self._words[index : index + length])
        following = next(iter(self._words[index + length : index + length + 1]), "")
        if number[-1] in "0123456789" and bare(following) in self._wording.vocabulary.currencies:
            number, length = number + following, length + 1  # 3,50 €
        return (self._wording.read(number, self._place(index, length)), length) if length > 1 else None

    def _place(self, index: int, length: int) -> Place:
        """The nearest words on both sides that are no emoji and no marks."""
        before, after = bisect_left(self._heard, index), bisect_left(self._heard, index + length)
        return Place(
            self._words[self._heard[before - 1]] if before else "",
            self._words[self._heard[after]] if after < len(self._heard) else "",
        )


def _without_language(word: str) -> str:
    """Signs only."""
    if word in LONE_DASHES:
        return ","
    for written, said in SAID_OTHERWISE.items():
        word = word.replace(written, said)
    return spoken_signs(word)


def _without_lone_marks(said: Sequence[str]) -> tuple[str, ...]:
    """A mark that stands alone goes to the word before it: voices give marks no time of their own."""
    spoken: list[tuple[int, str]] = []  # the index of the written word, and one of those said for it
    for index, part in enumerate(said):
        for word in part.split():
            if speakable(word):
                spoken.append((index, word))
            elif spoken and spoken[-1][1][-1].isalnum():
                spoken[-1] = (spoken[-1][0], spoken[-1][1] + word[0])
    result: list[list[str]] = [[] for _ in said]
    for index, word in spoken:
        result[index].append(word)
    return tuple(map(" ".join, result))
