"""The offline writer's phrases, and how their placeholders are filled."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Formatter

from shared.scripting.script import Style
from shared.values import Value

STOPS = ".!?…。！？"


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
    """A language. more: topics for every style. industries: what is said after `in`, by lower-case name."""

    styles: Mapping[Style, StylePhrases]
    more: tuple[Topic, ...]
    industries: Mapping[str, str]


@cache
def read_phrases(language: str = "en") -> Phrases:
    """The phrases of a language, by its ISO 639-1 code."""
    table = tomllib.loads(
        files("shared.scripting").joinpath("phrases", f"{language}.toml").read_text("utf-8")
    )
    more, industries = table.pop("more"), table.pop("industries")
    return Phrases.model_validate({"styles": table, "more": more, "industries": industries})


def fill(template: str, values: Mapping[str, str]) -> str | None:
    """The template with its `{placeholders}` filled, or None if a value is missing or empty.

    A value that ends a sentence itself (`Acme Inc.`, `Yahoo!`) swallows the full stop after it. What stands
    in a value is never read as a placeholder.
    """
    text = ""
    for literal, field, _, _ in Formatter().parse(template):
        if text and text[-1] in STOPS and literal.startswith("."):
            literal = literal[1:]
        text += literal
        if field is not None:
            if not values.get(field):
                return None
            text += values[field]
    return text


def fill_all(templates: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Those that can be filled."""
    return [text for text in (fill(template, values) for template in templates) if text is not None]
