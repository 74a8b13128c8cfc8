"""Pauses that are written into a text: `[pause 0.8s]`, `[pause 1 s]`, `[pause]`."""

from __future__ import annotations

import re

SECONDS, SHORTEST, LONGEST = 0.5, 0.1, 5.0

_MARK = re.compile(r"\[pause(?:\s+([0-9]{1,6}(?:[.,][0-9]{1,6})?)\s*s?)?\s*\]", re.IGNORECASE)


def split_pauses(text: str) -> list[str | float]:
    """Texts and pauses in seconds, in order, for a caller who puts silence between.

    A mark without a length is half a second. No pause is shorter than 0.1 s or longer than 5 s.
    """
    pieces: list[str | float] = []
    for index, piece in enumerate(_MARK.split(text)):
        if index % 2:  # the length in the mark, or None
            seconds = float(piece.replace(",", ".")) if piece else SECONDS
            pieces.append(min(max(seconds, SHORTEST), LONGEST))
        elif piece.strip():
            pieces.append(piece.strip())
    return pieces


def without_pauses(text: str) -> str:
    """The text with spaces for the marks."""
    return _MARK.sub(" ", text)
