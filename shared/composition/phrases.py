"""Words as the smallest pieces of text that a line may be broken between."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.voice import Word

SENTENCE_END, CLAUSE_END = 2, 1

_SENTENCE_MARKS = frozenset(".!?…。！？｡।؟۔")
_CLAUSE_MARKS = frozenset(",;:—–，、；：،؛")
_CLOSING = frozenset("\"'”’»)]}›」』）】》〉") | _SENTENCE_MARKS | _CLAUSE_MARKS
_OPENING = frozenset("“‘«([{‹「『（【《〈")
_JOINERS = frozenset("\u200d\u2060\ufeff")
# Scripts that are written without spaces, as (first, last) code points
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FFF), (0x3005, 0x3007),
    (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """Text that stays on one line, and when it is heard, in seconds.

    space: whether a space stands before it. mark: SENTENCE_END, CLAUSE_END or 0.
    """

    text: str
    start: float
    end: float
    space: bool
    mark: int

    @cached_property
    def width(self) -> int:
        return text_width(self.text)


def text_width(text: str) -> int:
    """Columns: East Asian wide characters and emoji count twice, no character less than once."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def phrases(words: Sequence[Word], heard_from: float, widest: int) -> list[Phrase]:
    """The words, `heard_from` seconds later, cut into phrases that are no wider than `widest`."""
    result: list[Phrase] = []
    now = heard_from
    for word in words:
        start = max(now, heard_from + word.start)  # a vendor's times may step back
        end = now = max(start, heard_from + word.end)
        parts = [part for written in _clean(word.text).split() for part in _parts(written, widest)]
        total = sum(text_width(text) for text, _ in parts) or 1
        at = 0
        for text, space in parts:
            until = at + text_width(text)
            result.append(
                Phrase(
                    text,
                    start + (end - start) * at / total,
                    start + (end - start) * until / total,
                    space,
                    _mark(text),
                )
            )
            at = until
    return result


def _clean(text: str) -> str:
    """Without control characters; what breaks lines or spaces apart becomes white space."""
    return "".join(
        character if unicodedata.category(character) not in {"Cc", "Cs"} else " " for character in text
    )


def _parts(word: str, widest: int) -> Iterator[tuple[str, bool]]:
    """(text, whether a space stands before it): a word between spaces, cut where it may break."""
    text, space = "", True
    for cluster in _clusters(word):
        breakable = bool(text) and _may_break(text, cluster)
        if text and (breakable or text_width(text) + text_width(cluster) > widest):
            yield text, space
            text, space = "", False
        text += cluster
    if text:
        yield text, space


def _may_break(before: str, cluster: str) -> bool:
    if cluster[0] in _CLOSING or before[-1] in _OPENING:
        return False
    return _unspaced(before[-1]) or _unspaced(cluster[0])


def _unspaced(character: str) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in _UNSPACED)


def _clusters(word: str) -> Iterator[str]:
    """What is seen as one character: a base with its marks, an emoji with its modifiers, a flag.

    A simplification of Unicode's extended grapheme clusters (UAX 29), cut after 16 code points.
    """
    cluster = ""
    for character in word:
        if cluster and not (_extends(cluster, character) and len(cluster) < 16):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _extends(cluster: str, character: str) -> bool:
    if character in _JOINERS or cluster[-1] in _JOINERS:
        return True
    if unicodedata.category(character) in {"Mn", "Me", "Mc", "Cf"}:
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    return len(cluster) == 1 and _is_flag_half(cluster) and _is_flag_half(character)


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _mark(text: str) -> int:
    bare = text.rstrip("\"'”’»)]}›」』）】》〉")
    if bare[-1:] in _SENTENCE_MARKS:
        return SENTENCE_END
    return CLAUSE_END if bare[-1:] in _CLAUSE_MARKS else 0
