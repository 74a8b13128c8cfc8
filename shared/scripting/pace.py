"""How long a text takes to say, before anyone has said it."""

from __future__ import annotations

import re
from dataclasses import dataclass

WORDS_PER_SECOND = 2.4


@dataclass(frozen=True)
class Pace:
    """Seconds for each of these. sign: a digit, or a sign that is said. stop: the end of a sentence."""

    letter: float
    sign: float
    word: float
    comma: float
    stop: float


# Least squares of the relative error, over 1,100 sections of each language that the offline voice's presets
# spoke: off by 6 % (rms) in English and by 5 % in Spanish, by a third in one short sentence. The presets
# differ by 3 % either way. `tests/integration/voice` measures again whether what is written fits its time.
PACES = {
    "en": Pace(letter=0.056, sign=0.434, word=0.086, comma=0.366, stop=0.520),
    "es": Pace(letter=0.071, sign=0.457, word=0.080, comma=0.258, stop=0.501),
}

_COMMA = re.compile(r"[,:;]\s")
_STOP = re.compile(r"[.!?](?=\s|$)")


def spoken_seconds(text: str, language: str = "en") -> float:
    """Seconds to say `text` at a presenter's pace: that of English where a language's own isn't known.

    An East Asian character is a syllable.
    """
    pace = PACES.get(language, PACES["en"])
    letters = sum(6 if "\u2e80" < character < "\uffef" else 1 for character in text if character.isalpha())
    return (
        pace.letter * letters
        + pace.sign * sum(character.isdigit() or character in "%$€£&+@" for character in text)
        + pace.word * len(text.split())
        + pace.comma * len(_COMMA.findall(text))
        + pace.stop * len(_STOP.findall(text))
    )


def air(slot_seconds: float) -> float:
    """Seconds of a section in which nothing is said, so that scenes don't run into each other."""
    return min(0.8, 0.12 * slot_seconds)


def room(slot_seconds: float) -> float:
    """Seconds of speech that a section has room for."""
    return slot_seconds - air(slot_seconds)


def slot_for(seconds: float) -> float:
    """The shortest section, in half seconds, with room for so many seconds of speech."""
    slot = max(1.0, -(-seconds // 0.5) * 0.5)
    while room(slot) < seconds:
        slot += 0.5
    return slot
