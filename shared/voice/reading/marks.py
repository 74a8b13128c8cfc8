"""Signs: which stand around a word, and which are said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

BEFORE = r"""["“”‘'«‹([{*_`¿¡]*"""
AFTER = r"""(?:['’]s)?["“”’'»›)\]}*_`.,;:!?…]*"""
LONE_DASHES = frozenset("-–—")
SILENT = frozenset('"“”„«»‹›()[]{}<>|\\^~`*_#•·…')
READ_AS = {"&": " and ", "…": "", "’": "'", "‘": "'", "–": "-", "—": ", "}

WORD = re.compile(f"(?P<before>{BEFORE})(?P<core>.*?)(?P<after>{AFTER})", re.DOTALL)


def spoken_sign(written: str, signs: Mapping[str, str] = READ_AS) -> str:
    """Brackets, quotation marks, pictures and what steers a terminal or a line of text are not said."""
    if written in signs:
        return signs[written]
    if written in SILENT:
        return " " if written in "|\\_" else ""
    category = unicodedata.category(written)
    # So, Sk, Cs, Co, Cn: pictures and what colours them; Cc, Cf: what steers
    if category in {"So", "Sk", "Cs", "Co", "Cn", "Cc", "Cf"} or "\ufe00" <= written <= "\ufe0f":
        return ""
    return written


def bare(word: str) -> str:
    """Without the marks around it."""
    found = WORD.fullmatch(word)
    return found["core"] if found else word


def spoken_signs(text: str, signs: Mapping[str, str] = READ_AS) -> str:
    """A text sign by sign."""
    return " ".join("".join(spoken_sign(written, signs) for written in text).split())


def speakable(text: str) -> bool:
    """Whether a voice has something to say for it."""
    return any(written.isalnum() or written in "%@$€£¥+=" for written in text)
