"""How long a text takes to say, before anyone has said it."""

from __future__ import annotations

import re

# Least squares over 122 sections spoken by the offline voice's presets: off by 5 % (rms), 14 % at worst.
# `tests/integration/scripting` measures again whether what is written fits its time.
SECONDS_PER_LETTER = 0.066
SECONDS_PER_DIGIT = 0.27  # and for a sign that is said, such as a percent sign
SECONDS_PER_WORD = 0.043
SECONDS_PER_COMMA = 0.545
SECONDS_PER_STOP = 0.73  # between two sentences
WORDS_PER_SECOND = 2.4

_COMMA = re.compile(r"[,:;]\s")
_STOP = re.compile(r"[.!?]\s")


def spoken_seconds(text: str) -> float:
    """Seconds to say `text` at a presenter's pace. An East Asian character is a syllable."""
    letters = sum(6 if "\u2e80" < character < "\uffef" else 1 for character in text if character.isalpha())
    return (
        SECONDS_PER_LETTER * letters
        + SECONDS_PER_DIGIT * sum(character.isdigit() or character in "%$€£&+@" for character in text)
        + SECONDS_PER_WORD * len(text.split())
        + SECONDS_PER_COMMA * len(_COMMA.findall(text))
        + SECONDS_PER_STOP * len(_STOP.findall(text))
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
