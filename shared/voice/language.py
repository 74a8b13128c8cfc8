"""Which language a voice should read a word in, as far as its letters tell."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

DEFAULT = "en"
# the first word of a letter's Unicode name → the espeak-ng language that reads that script
SCRIPTS = {
    "CJK": "cmn", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "ARABIC": "ar", "HEBREW": "he",
    "CYRILLIC": "ru", "GREEK": "el", "DEVANAGARI": "hi", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te",
    "GUJARATI": "gu", "KANNADA": "kn", "MALAYALAM": "ml", "GURMUKHI": "pa", "SINHALA": "si", "THAI": "th",
    "GEORGIAN": "ka", "ARMENIAN": "hy", "ETHIOPIC": "am", "MYANMAR": "my",
}  # fmt: skip


def language_of(word: str) -> str | None:
    """The language of most of the word's letters; None when it has none."""
    found = Counter(
        SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0], DEFAULT)
        for letter in word
        if letter.isalpha()
    )
    if not found:
        return None
    if "ja" in found:  # Chinese characters among kana
        return "ja"
    return found.most_common(1)[0][0]


def runs(words: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Neighbouring words of one language; a word without letters goes with the one before it."""
    languages: list[str] = []
    for word in words:
        languages.append(language_of(word) or (languages[-1] if languages else DEFAULT))
    return [
        (language, [word for _, word in group])
        for language, group in groupby(zip(languages, words, strict=True), key=lambda pair: pair[0])
    ]
