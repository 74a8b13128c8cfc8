"""What a language says for signs, units and abbreviations: the tables in `words/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.values import Value

Forms = tuple[str, str]  # singular, plural
WORDS = Path(__file__).parent / "words"


class Agreement(Value):
    """Whether a number takes the gender of the noun after it. labels: nouns that it follows instead."""

    feminine: str
    masculine: tuple[str, ...]
    uncounted: tuple[str, ...]
    labels: tuple[str, ...]


class Vocabulary(Value):
    """One language; each table is explained in `words/en.toml`."""

    language: str
    thousands: str
    day_first: bool
    date: str
    years: bool
    decimals_together: bool
    spelled: tuple[str, ...]
    article: str
    openers: tuple[str, ...]
    months: tuple[str, ...]
    joints: Mapping[str, str]
    signs: Mapping[str, str]
    before_words: Mapping[str, str]
    before_numbers: Mapping[str, str]
    in_addresses: Mapping[str, str]
    words: Mapping[str, str]
    abbreviations: Mapping[str, str]
    abbreviations_of_numbers: Mapping[str, str]
    names: Mapping[str, Forms]
    endings: tuple[str, ...]
    multipliers: Mapping[str, int]
    magnitudes: Mapping[str, Forms]
    currencies: Mapping[str, tuple[str, str, str, str]]
    units: Mapping[str, Forms]
    fractions: Mapping[str, Forms]
    clock: Mapping[str, str]
    ordinals: Mapping[str, str]
    agreement: Agreement


@cache
def read_vocabulary(language: str) -> Vocabulary | None:
    """The tables for a language tag such as `es` or `es-MX`, by its first part; None if there are none."""
    code = language.replace("_", "-").split("-")[0].lower()
    if code not in {path.stem for path in WORDS.glob("*.toml")}:
        return None
    table = tomllib.loads((WORDS / f"{code}.toml").read_text("utf-8"))
    return Vocabulary.model_validate({"language": code} | table)
