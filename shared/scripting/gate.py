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

from shared.scripting.brief import Brief, LeadData
from shared.scripting.offline import slots
from shared.scripting.pace import spoken_seconds
from shared.scripting.schedule import Part
from shared.scripting.template import sentences
from shared.scripting.ways_out import address_in, markup_in, number_in, plain

TOO_LONG = 1.15  # times the asked duration: beyond it, the video would not be what was asked
COPIED_WORDS = 4  # in a row that stand in the lead's data, too
LEAKED_WORDS = 8  # in a row that stand in our instructions
LANGUAGE_WORDS = 20  # fewer don't tell a language
LEAST_USUAL = 0.12  # of all words hold the others together; in usual text more than 0.3
LONG_SENTENCE_WORDS = 10  # of these at least one does

StrangeData = Callable[[str], str | None]
"""In a text, what is another lead's name, company or address."""

_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_MONEY = re.compile(
    r"[$€£¥%]|\b(?:percent|per cent|dollars?|euros?|pounds?|por ciento|dólares|pesos)\b", re.I
)
_OF_MODELS = re.compile(
    # an AI company may be addressed `as an AI company`, and gives `a prompt reply`
    r"\b(?:as an? (?:ai|artificial intelligence)(?=\s*[,.;]|\s+(?:language|model|assistant|i\b))"
    r"|as an? (?:large )?(?:language model|assistant)"
    r"|i(?:'m| am) (?:just |only )?an? (?:ai|bot|chatbot|assistant|(?:large )?language model)\b(?!-)"
    r"|(?:como|soy) (?:una? )?(?:ia|inteligencia artificial)(?=\s*[,.;])"
    r"|(?:como|soy) (?:un )?modelo de lenguaje|(?:system|my|your) prompts?\b|my instructions"
    r"|(?:ignore|disregard|forget|ignora|olvida)\w*\s+(?:all\s+|any\s+|the\s+|las\s+|todas\s+)*"
    r"(?:previous|prior|above|earlier|anteriores|instruc)\w*|json|schema)\b",
    re.IGNORECASE,
)
_MARKS = ".,;:!?¡¿…()\"'“”„«»"
_LATIN = "[A-Za-zÀ-ÖØ-öø-ÿ]"  # other scripts have no space between words
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
    yield from _names(said, brief)
    yield from _shape(parts, brief)
    rest = plain(without_given(whole, brief))
    yield from _length(said, brief)
    yield from _ways_out(_without_words(rest, brief), brief)
    yield from _figures(rest, brief)
    yield from _obeyed(rest, parts, brief, instructions)
    if strange is not None and (found := strange(_others(whole, brief))):
        yield f"{found!r} is not this lead's."
    yield from _wishes(said, brief)


def _shape(parts: Sequence[Part], brief: Brief) -> Iterator[str]:
    if len(parts) > brief.duration_seconds * 2:
        yield "it has more sections than half seconds."
    kinds = [part.scene_type for part in parts]
    if kinds[0] != "intro":
        yield "the first section must have scene_type intro."
    if (len(kinds) > 2 or slots(brief.duration_seconds).cta) and kinds[-1] != "cta":
        yield "the last section must have scene_type cta."
    if "intro" in kinds[1:] or "cta" in kinds[:-1]:
        yield "only the first section is an intro, and only the last one a cta."


def _names(said: str, brief: Brief) -> Iterator[str]:
    for field, value in (("name", brief.lead.first_name), ("company", brief.lead.spoken_company)):
        if value and not re.search(rf"(?<!{_LATIN}){re.escape(value)}(?!{_LATIN})", said):
            yield f"the {field} must be spelled exactly {value!r} and be said."


def without_given(text: str, brief: Brief) -> str:
    """What is left when everything is out that whoever ordered the script gave to be said."""
    return _without(text, _given(brief))


def _without(text: str, given: Sequence[str]) -> str:
    """What is a part of a longer address stays: `evil-acme.com`, `acme.com.evil.ru`, `me@acme.com`."""
    for value in sorted(given, key=len, reverse=True):
        pattern = rf"(?<![\w@-])(?<!\w\.){re.escape(value.rstrip('.'))}(?![\w@-]|\.\w)"
        text = re.sub(pattern, " ", text, flags=re.IGNORECASE)
    return text


def _given(brief: Brief) -> list[str]:
    of_lead = (brief.lead.spoken_company, brief.lead.first_name)
    return [value for value in (*of_lead, *_ordered(brief)) if value]


def _ordered(brief: Brief) -> list[str]:
    """By whoever asked for the script."""
    ordered = (*brief.key_messages, *brief.brand.use, brief.target_audience, *brief.addresses)
    return [value for value in ordered if value]


def _others(text: str, brief: Brief) -> str:
    """In which other leads are looked for; the first name stays, for it may begin another's name."""
    return _without_words(
        _without(text, [one for one in _given(brief) if one != brief.lead.first_name]), brief
    )


def _without_words(text: str, brief: Brief) -> str:
    """Without words of the order that are written with capitals or signs (`Node.js`, `C#`, `Salesforce`)."""
    words = {word.strip(_MARKS) for value in _ordered(brief) for word in plain(value).split()}
    names = {word.casefold() for word in words if word != word.lower() or not word.isalnum()}
    return " ".join(word for word in text.split() if word.strip(_MARKS).casefold() not in names)


def _ways_out(rest: str, brief: Brief) -> Iterator[str]:
    if found := address_in(rest) or markup_in(rest):
        yield f"{found!r} is not to be said."
    given = plain(" ".join(_given(brief)))
    if (found := number_in(rest)) and found not in given:
        yield f"{found!r} is a number that nobody gave."


def _figures(rest: str, brief: Brief) -> Iterator[str]:
    given = plain(" ".join(_given(brief)))
    known = set(_FIGURE.findall(given))
    strange = [figure for figure in _FIGURE.findall(rest) if figure not in known]
    if not _MONEY.search(given):
        strange += _MONEY.findall(rest)
    if strange:
        yield f"{strange[0]!r}: only figures that stand in key_messages may be said."


def _obeyed(rest: str, parts: Sequence[Part], brief: Brief, instructions: str) -> Iterator[str]:
    given = {word for value in _given(brief) for word in _words(value)}
    for found in _OF_MODELS.finditer(rest):
        if found.group().casefold() not in given:
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
    """A run of words, or a whole sentence, that stands in the lead's data and was not given to be said.

    An industry or a title that reads like one may be named within a sentence.
    """
    fields = {name: str(field) for name, field in brief.lead.model_dump(mode="json").items() if field}
    data = {name: _words(without_given(field, brief)) for name, field in fields.items()}
    nameable = {name for name in ("industry", "title") if _is_term(fields.get(name, ""))}
    runs = set().union(*(_runs(words, COPIED_WORDS) for name, words in data.items() if name not in nameable))
    for sentence in (one for part in parts for one in sentences(part.content)):
        words = _words(without_given(sentence, brief))
        if found := _runs(words, COPIED_WORDS) & runs:
            # always the same: what the model is told is a part of what is bought
            return " ".join(min(found))
        if len(words) > 1 and any(tuple(words) in _runs(field, len(words)) for field in data.values()):
            return sentence
    return ""


def _is_term(text: str) -> bool:
    """Whether it is short, and neither a sentence nor an address."""
    return bool(LeadData(name="", industry=text).spoken_industry)


def _wishes(said: str, brief: Brief) -> Iterator[str]:
    lower = f" {' '.join(_words(said))} "
    for phrase in brief.brand.avoid:
        if f" {' '.join(_words(phrase))} " in lower:
            yield f"{phrase!r} is among the words to avoid."
    stems = {word[:5] for word in _words(said)}
    for message in brief.key_messages:
        words = _words(message)
        telling = {word[:5] for word in words if len(word) > 3} or set(words)
        if telling and len(telling & stems) < len(telling) / 2 and not _is_translated(words, brief):
            yield f"the key message {message!r} is not covered."


def _is_translated(message: Sequence[str], brief: Brief) -> bool:
    """Whether a message is likely in another language than the script, and its words not there."""
    usual = function_words().get(brief.language, frozenset())
    return brief.language != "en" and usual.isdisjoint(message)


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
