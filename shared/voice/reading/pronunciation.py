"""What is said for words and phrases whose reading is laid down, such as names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.voice.reading.marks import AFTER, BEFORE, spoken_signs

_DOTTED = re.compile(r"\.\w")
_SEAMS = re.compile("([-–—/])")


@dataclass(frozen=True)
class Entry:
    """pattern: of `written`, with the marks around it. length: how many words. said: for them all."""

    pattern: re.Pattern[str]
    written: str
    length: int
    said: str


@dataclass(frozen=True)
class Match:
    """An entry where it was found. before, after: the marks around it."""

    entry: Entry
    before: str
    after: str

    @property
    def said(self) -> str:
        """With the marks."""
        return f"{spoken_signs(self.before)}{self.entry.said}{spoken_signs(self.after)}"


class Pronunciations:
    """A table from what is written to what is said; a key in lower case stands for any case."""

    def __init__(self, table: Mapping[str, str]) -> None:
        found = [_entry(written, said) for written, said in table.items() if written.strip()]
        self._entries = sorted(found, key=lambda entry: -entry.length)

    def match(self, words: Sequence[str], index: int) -> Match | None:
        """The longest entry that stands at `words[index]`."""
        for entry in self._entries:
            written = words[index : index + entry.length]
            if found := entry.pattern.fullmatch(" ".join(written)):
                return Match(entry, found["before"], found["after"])
        return None

    def parts(self, word: str) -> list[tuple[str, bool]] | None:
        """What is said for a compound in which a part has an entry, part by part; True where it is final."""
        if _DOTTED.search(word):  # an address
            return None
        parts = _SEAMS.split(word)
        matches = [self.match([part], 0) for part in parts]
        if len(parts) == 1 or not any(matches):
            return None
        return [
            (match.said, True) if match else (part.replace("/", " "), part in {*"-–—/"})
            for part, match in zip(parts, matches, strict=True)
        ]


def _entry(written: str, said: str) -> Entry:
    words = written.split()
    flags = re.IGNORECASE if written == written.lower() else 0
    pattern = rf"(?P<before>{BEFORE}){re.escape(' '.join(words))}(?P<after>{AFTER})"
    return Entry(re.compile(pattern, flags), written, len(words), " ".join(said.split()))
