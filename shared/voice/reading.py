"""How a written text is read aloud: each word as it is written, beside what is said for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SILENT = frozenset('"“”„«»‹›()[]{}<>|\\^~`*_#•·…')
SAID_OTHERWISE = {"24/7": "24 7"}
READ_AS = {"&": " and ", "…": "", "’": "'", "‘": "'", "–": "-", "—": ", "}

Times = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Reading:
    """words: the text split at white space. said: what is spoken for each; empty for an emoji."""

    words: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def text(self) -> str:
        """What a voice is given."""
        return " ".join(said for said in self.said if said)

    def written_times(self, times: Times) -> Times:
        """The times of the spoken words, as a voice gives them, laid on the written ones.

        What isn't spoken takes no time, at the end of the word before it.
        """
        spoken, result, now = iter(times), [], 0.0
        for said in self.said:
            parts = [next(spoken) for _ in said.split()]
            start, end = (parts[0][0], parts[-1][1]) if parts else (now, now)
            result.append((start, end))
            now = end
        return tuple(result)


def read_aloud(text: str) -> Reading:
    """Brackets, quotation marks and emoji are not said; a line break is a space."""
    words = tuple(text.split())
    return Reading(words, _without_lone_marks([_said(word) for word in words]))


def _said(word: str) -> str:
    if word in {"-", "–", "—"}:
        return ","
    for written, said in SAID_OTHERWISE.items():
        word = word.replace(written, said)
    spoken = "".join(_character(character) for character in word)
    return " ".join(spoken.split())


def _character(character: str) -> str:
    if character in READ_AS:
        return READ_AS[character]
    if character in SILENT:
        return " " if character in "|\\_" else ""
    category = unicodedata.category(character)
    # So, Sk, Cs, Co, Cn: pictures and what colours them; Cc, Cf: what steers a terminal or a line of text
    if category in {"So", "Sk", "Cs", "Co", "Cn", "Cc", "Cf"} or "\ufe00" <= character <= "\ufe0f":
        return ""
    return character


def _without_lone_marks(said: Sequence[str]) -> tuple[str, ...]:
    """A mark that stands alone goes to the word before it: voices give marks no time of their own."""
    result: list[str] = []
    for part in said:
        speakable = any(character.isalnum() or character in "%@$€£¥+=" for character in part)
        if part and not speakable:
            last = next((index for index in range(len(result) - 1, -1, -1) if result[index]), None)
            if last is not None and result[last][-1].isalnum():
                result[last] += part[0]
            part = ""
        result.append(part)
    return tuple(result)
