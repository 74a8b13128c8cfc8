"""The gate that a model's words pass before anyone hears them.

A lead's fields are data, yet a model may obey what stands in them. So nothing is taken on trust: whatever
could send the viewer somewhere, tell what we did not say, or show whose data else we have, is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from shared.scripting.brief import Brief
from shared.scripting.pace import spoken_seconds
from shared.scripting.schedule import Part
from shared.scripting.template import sentences

TOO_LONG = 1.15  # times the asked duration: beyond it, the video would not be what was asked
COPIED_WORDS = 4  # in a row that stand in the lead's data, too
LEAKED_WORDS = 8  # in a row that stand in our instructions
SPELLED_DIGITS = 5  # said one after the other they make a number to call
LANGUAGE_WORDS = 20  # fewer don't tell a language
LEAST_USUAL = 0.12  # of all words hold the others together; in usual text more than 0.3
LONG_SENTENCE_WORDS = 10  # of these at least one does

StrangeData = Callable[[str], str | None]
"""In a text, what is another lead's name, company or address."""

_ADDRESS = re.compile(
    r"https?:|www\.|\S+@\S+|(?<![\w.])(?:[\w-]+\.)+[a-z]{2,}(?![\w])(?:/\S*)?", re.IGNORECASE
)
_SPELLED_ADDRESS = re.compile(
    r"\b(?:dot|punto)\s+(?:com|org|net|io|co|ai|dev|app|info|biz|xyz|me|us|es|mx|ru|cn)\b"
    r"|\b(?:h\s*t\s*t\s*p|w\s*w\s*w|double u)\b|\b(?:at|arroba)\s+\w+\s+(?:dot|punto)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[{}\[\]<>*#_|`\\^~]|&\w+;|\$\(")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_MONEY = re.compile(
    r"[$€£¥%]|\b(?:percent|per cent|dollars?|euros?|pounds?|por ciento|dólares|pesos)\b", re.I
)
_DIGIT_WORD = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
    "|cero|uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
)
_SPELLED_NUMBER = re.compile(
    rf"\b(?:(?:{_DIGIT_WORD})[\s,.-]+){{{SPELLED_DIGITS - 1},}}(?:{_DIGIT_WORD})\b", re.I
)
_OF_MODELS = re.compile(
    r"\b(?:as an? (?:ai|language model|assistant)|como (?:una? )?(?:ia|modelo)|system prompt|my instructions"
    r"|(?:ignore|disregard|forget|ignora|olvida)\w*\s+(?:all\s+|any\s+|the\s+|las\s+|todas\s+)*"
    r"(?:previous|prior|above|earlier|anteriores|instruc)\w*|json|schema|prompt)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w'@.-]+")


@cache
def function_words() -> Mapping[str, frozenset[str]]:
    """Of each language that we know, by its ISO 639-1 code."""
    table = tomllib.loads(files("shared.scripting").joinpath("function_words.toml").read_text("utf-8"))
    return {language: frozenset(words) for language, words in table.items()}


class RefusedText(ValueError):
    """What was written can't be used; the text says why, to the model that wrote it."""


def check(
    parts: Sequence[Part], brief: Brief, *, instructions: str = "", strange: StrangeData | None = None
) -> None:
    """Raises RefusedText with the first thing that is wrong."""
    for complaint in _complaints(parts, brief, instructions, strange):
        raise RefusedText(complaint)


def _complaints(
    parts: Sequence[Part], brief: Brief, instructions: str, strange: StrangeData | None
) -> Iterator[str]:
    said = " ".join(part.content for part in parts)
    whole = " ".join([*(part.title for part in parts), said])
    yield from _shape(parts, brief)
    yield from _names(said, brief)
    rest = without_given(whole, brief)
    yield from _length(said, brief)
    yield from _ways_out(rest)
    yield from _figures(rest, brief)
    yield from _obeyed(rest, parts, brief, instructions)
    if strange is not None and (found := strange(rest)):
        yield f"{found!r} is not this lead's."
    yield from _wishes(said, brief)


def _shape(parts: Sequence[Part], brief: Brief) -> Iterator[str]:
    if len(parts) > brief.duration_seconds * 2:
        yield "it has more sections than half seconds."
    kinds = [part.scene_type for part in parts]
    if kinds[0] != "intro":
        yield "the first section must have scene_type intro."
    if len(kinds) > 2 and kinds[-1] != "cta":
        yield "the last section must have scene_type cta."
    if "intro" in kinds[1:] or "cta" in kinds[:-1]:
        yield "only the first section is an intro, and only the last one a cta."


def _names(said: str, brief: Brief) -> Iterator[str]:
    for field, value in (("name", brief.lead.first_name), ("company", brief.lead.spoken_company)):
        if value and value not in said:
            yield f"the {field} must be spelled exactly {value!r} and be said."


def without_given(text: str, brief: Brief) -> str:
    """What is left when everything is out that whoever ordered the script gave to be said."""
    for value in sorted(_given(brief), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value.rstrip('.'))}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def _given(brief: Brief) -> list[str]:
    of_lead = (brief.lead.spoken_company, brief.lead.first_name)
    ordered = (*brief.key_messages, *brief.brand.use, brief.target_audience, *brief.addresses)
    return [value for value in (*of_lead, *ordered) if value]


def _ways_out(rest: str) -> Iterator[str]:
    for pattern in (_ADDRESS, _SPELLED_ADDRESS, _MARKUP):
        if found := pattern.search(rest):
            yield f"{found.group().strip()!r} is not to be said."
    if found := _SPELLED_NUMBER.search(rest):
        yield f"{found.group()!r} is a number that nobody gave."


def _figures(rest: str, brief: Brief) -> Iterator[str]:
    given = " ".join(_given(brief))
    known = set(_FIGURE.findall(given))
    strange = [figure for figure in _FIGURE.findall(rest) if figure not in known]
    if not _MONEY.search(given):
        strange += _MONEY.findall(rest)
    if strange:
        yield f"{strange[0]!r}: only figures that stand in key_messages may be said."


def _obeyed(rest: str, parts: Sequence[Part], brief: Brief, instructions: str) -> Iterator[str]:
    if found := _OF_MODELS.search(rest):
        yield f"{found.group()!r} is not for the viewer."
    said = " ".join(part.content for part in parts)
    if copied := _copied(parts, brief):
        yield f"{copied!r} is copied from the lead's data."
    if instructions and _runs(_words(said), LEAKED_WORDS) & _runs(_words(instructions), LEAKED_WORDS):
        yield "the instructions are not for the viewer."
    if not all(_is_in(brief.language, part.content) for part in parts):
        yield f"it is not written in the language {brief.language!r}."


def _is_in(language: str, text: str) -> bool:
    """As far as the words tell that hold sentences together; True for a language we don't know."""
    usual = function_words().get(language)
    if usual is None:
        return True
    words = _words(text)
    if len(words) >= LANGUAGE_WORDS and sum(map(usual.__contains__, words)) < LEAST_USUAL * len(words):
        return False
    long = (_words(sentence) for sentence in sentences(text))
    return all(not usual.isdisjoint(words) for words in long if len(words) >= LONG_SENTENCE_WORDS)


def _copied(parts: Sequence[Part], brief: Brief) -> str:
    """A run of words, or a whole sentence, that stands in the lead's data and was not given to be said."""
    fields = brief.lead.model_dump(mode="json").values()
    data = [_words(without_given(str(field), brief)) for field in fields if field]
    runs = set().union(*(_runs(words, COPIED_WORDS) for words in data)) if data else set()
    for sentence in (one for part in parts for one in sentences(part.content)):
        words = _words(without_given(sentence, brief))
        if found := _runs(words, COPIED_WORDS) & runs:
            return " ".join(next(iter(found)))
        if 1 < len(words) < COPIED_WORDS and any(tuple(words) in _runs(field, len(words)) for field in data):
            return sentence
    return ""


def _wishes(said: str, brief: Brief) -> Iterator[str]:
    lower = f" {' '.join(_words(said))} "
    for phrase in brief.brand.avoid:
        if f" {' '.join(_words(phrase))} " in lower:
            yield f"{phrase!r} is among the words to avoid."
    stems = {word[:5] for word in _words(said)}
    for message in brief.key_messages:
        telling = {word[:5] for word in _words(message) if len(word) > 3} or set(_words(message))
        if telling and len(telling & stems) < len(telling) / 2:
            yield f"the key message {message!r} is not covered."


def _length(said: str, brief: Brief) -> Iterator[str]:
    seconds = spoken_seconds(said, brief.language) * brief.tempo
    if seconds > brief.duration_seconds * TOO_LONG:
        words = len(said.split())
        fit = int(words * brief.duration_seconds / seconds)
        yield f"its {words} words take too long to say; use at most {fit}."


def _words(text: str) -> list[str]:
    """In lower case, without the marks around them."""
    bare = (word.strip(".-'@") for word in _WORD.findall(text.casefold().replace("’", "'")))
    return [word for word in bare if any(character.isalnum() for character in word)]


def _runs(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}
