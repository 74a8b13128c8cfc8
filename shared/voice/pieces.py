"""Speech in pieces: what is spoken apart from its neighbours, and how it is put together again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.scripting import Passage, Script
from shared.voice.reading import split_pauses
from shared.voice.samples import Samples
from shared.voice.sound import RATE, silence
from shared.voice.speech import Word

JOIN_SECONDS = 0.12  # beside the 0.05 s of quiet that each piece keeps at both ends
CONTEXT_CHARACTERS = 300


@dataclass(frozen=True)
class Piece:
    """What is spoken in one go. before, after: what everybody hears around it. pause: seconds after it."""

    text: str
    before: str = ""
    after: str = ""
    pause: float = JOIN_SECONDS


def pieces_of(script: Script) -> list[list[Piece]]:
    """For each section its pieces, in order."""
    sections = [section.spoken for section in script.sections]
    around = _around([passage.usual for passages in sections for passage in passages])
    cuts: list[list[Piece]] = []
    for passages in sections:
        cuts.append([])
        for passage in passages:
            _append_cut(cuts[-1], passage, *next(around))
    return cuts


def _around(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    padded = ["", *texts, ""]
    for before, after in zip(padded, padded[2:], strict=False):
        yield before[-CONTEXT_CHARACTERS:], after[:CONTEXT_CHARACTERS]


def cut(passage: Passage) -> list[Piece]:
    """A passage at its pauses; one without any is one piece."""
    pieces: list[Piece] = []
    _append_cut(pieces, passage, "", "")
    return pieces


def _append_cut(pieces: list[Piece], passage: Passage, before: str, after: str) -> None:
    """A pause that a passage begins with comes after the piece before it."""
    parts = split_pauses(passage.text)
    texts = iter(_around([before, *(part for part in parts if isinstance(part, str)), after]))
    next(texts)
    for part in parts:
        if isinstance(part, str):
            pieces.append(Piece(part, *next(texts)))
        elif pieces:
            pieces[-1] = replace(pieces[-1], pause=part)


def joined(
    parts: Sequence[Samples], words: Sequence[Sequence[Word]], pauses: Sequence[float]
) -> tuple[Samples, tuple[Word, ...]]:
    """Pieces after each other with their pauses between (seconds; the last is not needed), and all words."""
    sounds: list[Samples] = []
    moved: list[Word] = []
    offset = 0
    for index, (part, its_words) in enumerate(zip(parts, words, strict=True)):
        if index:
            sounds.append(silence(pauses[index - 1]))
            offset += sounds[-1].size
        sounds.append(part)
        shift = offset / RATE
        moved += [Word(text=word.text, start=word.start + shift, end=word.end + shift) for word in its_words]
        offset += part.size
    return np.concatenate(sounds), tuple(moved)
