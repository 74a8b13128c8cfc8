"""Texts with a lead's variables in them: `Hi {first_name|there}, a look for {company|your team}.`

A placeholder is a name and what is said where the lead has no such value. What stands in a value is never
read as a placeholder, and the sentences are those of the template: a full stop in `Acme Inc.` ends none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from types import MappingProxyType

from shared.values import Value

STOPS = ".!?…。！？"

_PLACEHOLDER = re.compile(r"\{(\w+)(?:\|([^{}|]*))?\}")
# A sentence ends at its stop (and what closes behind it), where white space and no small letter follow
_SENTENCE_END = re.compile(r"(?:(?<=[.!?…])[\"'”’»)]*\s+(?=[^\sa-zà-öø-ÿ])|(?<=[。！？])[”’」』）]*\s*)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|dr|prof|sr|sra|st|no|vs|e\.g|i\.e|approx|dept|fig|núm|p\.ej|[a-z])\.$",
    re.IGNORECASE,
)


class WrongTemplate(ValueError):
    """A template can't be used; the text says why."""


class Passage(Value):
    """Sentences that belong together: what is spoken, and bought, in one piece.

    personal: a variable of the lead's occurs in it. usual: as it reads for a lead of whom nothing is known,
    and so the same for all of them; empty where it was written for one alone.
    """

    text: str
    usual: str
    personal: bool


def variables_in(template: str) -> tuple[str, ...]:
    """The names of its placeholders, in order, each once.

    Raises:
        WrongTemplate: for a brace that belongs to no placeholder.
    """
    rest = _PLACEHOLDER.sub("", template)
    if "{" in rest or "}" in rest:
        raise WrongTemplate("a brace stands outside of a {name|fallback}")
    return tuple(dict.fromkeys(match[1] for match in _PLACEHOLDER.finditer(template)))


def without_fallback(template: str) -> tuple[str, ...]:
    """The variables that have none in one place at least."""
    return tuple(dict.fromkeys(m[1] for m in _PLACEHOLDER.finditer(template) if not (m[2] or "").strip()))


def render(template: str, values: Mapping[str, str]) -> str | None:
    """The text for a lead; None if a value is missing that has no fallback.

    A value that ends a sentence itself (`Acme Inc.`, `Yahoo!`) swallows the full stop after it.
    """
    text, at = "", 0
    for match in _PLACEHOLDER.finditer(template):
        text = _followed(text, template[at : match.start()])
        value = values.get(match[1]) or match[2]
        if not value:
            return None
        if not text or text.rstrip()[-1:] in STOPS:
            value = value[0].upper() + value[1:] if value == match[2] else value
        text, at = text + value, match.end()
    return _followed(text, template[at:])


def _followed(text: str, literal: str) -> str:
    return text + (literal[1:] if text and text[-1] in STOPS and literal.startswith(".") else literal)


def sentences(text: str) -> list[str]:
    """The sentences of a text or a template, without the white space between them."""
    found: list[str] = []
    at = 0
    masked = _PLACEHOLDER.sub(lambda match: "X" * len(match.group()), text)  # a fallback may have its own
    for end in _SENTENCE_END.finditer(masked):
        if _ABBREVIATION.search(text[at : end.start()].rstrip("\"'”’»)")):
            continue
        closing = end.group().rstrip()
        found.append(text[at : end.start()] + closing)
        at = end.end()
    return [part.strip() for part in (*found, text[at:]) if part.strip()]


def passages(
    template: str, values: Mapping[str, str], nobody: Mapping[str, str] = MappingProxyType({})
) -> list[Passage]:
    """The text in as few pieces as keep what is personal apart from what is the same for everybody.

    nobody: the values for a lead of whom nothing is known, where the template has no fallbacks.

    Raises:
        WrongTemplate: if a value is missing that has no fallback.
    """
    pieces: list[Passage] = []
    for personal, group in groupby(sentences(template), key=lambda one: bool(_PLACEHOLDER.search(one))):
        piece = " ".join(group)
        text = render(piece, values)
        if text is None:
            raise WrongTemplate(f"nothing is known for {', '.join(without_fallback(piece))}")
        pieces.append(Passage(text=text, usual=render(piece, nobody) or text, personal=personal))
    return pieces
