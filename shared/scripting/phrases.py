"""The offline writer's phrases: templates (see `template`) by language and style."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from shared.scripting.pace import spoken_seconds
from shared.scripting.script import Style
from shared.values import Value


class Words(Value):
    """How messages are woven in.

    common: case-folded words that begin a fragment and are no names. sentence_starts: those that begin a
    whole sentence. and_word: what stands between the last two of a list. and_word_before: what stands there
    instead, by the regular expression that the last one begins with.
    """

    common: frozenset[str]
    sentence_starts: frozenset[str]
    and_word: str
    and_word_before: Mapping[str, str] = {}


class Titles(Value):
    """Of sections that have no topic."""

    introduction: str
    page: str
    messages: str
    next_step: str


class Topic(Value):
    """A section: its first sentence is always said, the others as far as there is time."""

    title: str
    sentences: tuple[str, ...]


class StylePhrases(Value):
    """One style's phrases; see the head of `phrases/en.toml`."""

    greetings: tuple[str, ...]
    greetings_unnamed: tuple[str, ...]
    purposes: tuple[str, ...]
    closings: tuple[str, ...]
    short_look: tuple[str, ...]
    audience: str
    frames: tuple[str, ...]
    frames_joined: str
    followers: tuple[str, ...]
    topics: tuple[Topic, ...]
    proof: tuple[Topic, ...]


class Phrases(Value):
    """A language by its ISO 639-1 code. more: topics for every style.

    industries: what is said after `in`, by lower-case name.
    """

    code: str
    words: Words
    titles: Titles
    styles: Mapping[Style, StylePhrases]
    more: tuple[Topic, ...]
    industries: Mapping[str, str]

    def seconds(self, text: str) -> float:
        """How long the text takes to say."""
        return spoken_seconds(text, self.code)


@cache
def read_phrases(language: str = "en") -> Phrases:
    """The phrases of a language, by its ISO 639-1 code."""
    table = tomllib.loads(
        files("shared.scripting").joinpath("phrases", f"{language}.toml").read_text("utf-8")
    )
    shared = {name: table.pop(name) for name in ("words", "titles", "more", "industries")}
    return Phrases.model_validate({"code": language, "styles": table, **shared})
