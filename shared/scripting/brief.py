"""What a script is to be about: the lead, and what was asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.errors import Permanent
from shared.scripting.script import Style
from shared.scripting.ways_out import address_in, number_in
from shared.values import Given, Length, Value

JOINERS = "\u200c\u200d"  # parts of emoji and of words in Persian and Hindi
HONORIFICS = frozenset(
    {
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "sr", "sra", "srta", "don",
        "doña", "dra", "profa", "herr", "frau", "mme", "mlle",
    }
)  # fmt: skip
UNKNOWN = frozenset({"n/a", "na", "none", "null", "nil", "unknown", "undefined", "tbd", "?", "-", "."})
SAYABLE_CHARACTERS = 40  # nobody says a longer name in a greeting
SAYABLE_WORDS = 6  # of a company

# What no name has: signs, and a sentence that follows a stop. `Acme Inc.`, `Yahoo! Japan` and
# `St. Jude Research Hospital` are names.
_NO_NAME = re.compile(
    r"[<>{}\[\]|\\*#_;:=]|(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\b\w)[.!?]\s+\S+\s+\S+\s+\S", re.IGNORECASE
)
_HOST = re.compile(r"[\w-]+\.[a-z]{2,6}", re.IGNORECASE)  # `Booking.com` is the name of a company

Mode = Literal["bespoke", "campaign"]


class WrongBrief(Permanent):
    """A script can't be written from what was given; the text names the field."""


def one_line(text: str) -> str:
    """Line breaks and tabs become spaces; control and direction characters go."""
    kept = (
        character
        for character in " ".join(text.split())
        if character in JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )
    return " ".join("".join(kept).split())


def _text(value: object) -> object:
    return "" if value is None else value


Line = Annotated[str, BeforeValidator(_text), AfterValidator(one_line)]
_Words = Annotated[str, AfterValidator(one_line)]


class LeadData(BaseModel):
    """The lead as given, each field on one line. Fields that we don't know are kept for a model to read."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Annotated[Line, Field(max_length=1000)]
    company: Annotated[Line, Field(max_length=1000)] = ""
    industry: Annotated[Line, Field(max_length=1000)] = ""
    email: Line = ""
    title: Line = ""
    website: Line = ""
    notes: Annotated[str, BeforeValidator(_text), Field(max_length=10_000)] = ""

    @property
    def first_name(self) -> str:
        """What the lead is greeted with, spelled as given; empty if no one could say it.

        `Dr. Ana Silva` and `Silva, Ana` give Ana; a name in Chinese, Japanese or Korean is said whole.
        """
        name = self.name
        family, comma, given = name.partition(",")
        if comma and given.strip() and " " not in family.strip():
            name = given.strip()
        words = [word for word in name.split() if any(character.isalnum() for character in word)]
        while len(words) > 1 and words[0].rstrip(".").casefold() in HONORIFICS:
            words = words[1:]
        if not words:
            return sayable(name, SAYABLE_CHARACTERS)
        first = " ".join(words) if _is_east_asian(words[0]) else words[0].strip('"“”„«»()[],;')
        return sayable(first, SAYABLE_CHARACTERS)

    @property
    def spoken_company(self) -> str:
        """The company as given; empty if it is too long to say, or no name at all."""
        if _HOST.fullmatch(self.company):
            return self.company
        return sayable(self.company, 2 * SAYABLE_CHARACTERS)

    @property
    def spoken_industry(self) -> str:
        """The industry as given; empty if it is too long to say, or none at all."""
        return sayable(self.industry, SAYABLE_CHARACTERS)


def sayable(value: str, most_characters: int) -> str:
    """A name or a term of a lead's as given; empty if nobody could say it, or it is nothing of the kind.

    Who fills in a form may write an address or a sentence there for the lead to hear.
    """
    if len(value) > most_characters or len(value.split()) > SAYABLE_WORDS or _NO_NAME.search(value):
        return ""
    empty = value.casefold() in UNKNOWN or not value.strip("?-./ ")
    return "" if empty or address_in(value) or number_in(value) else value


def _is_east_asian(word: str) -> bool:
    names = (unicodedata.name(character, "") for character in word if character.isalpha())
    return any(name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) for name in names)


class Brand(Given):
    """How the sender's brand speaks. tone: in the sender's own words. use, avoid: words and phrases."""

    tone: Annotated[_Words, Length(500)] = ""
    use: tuple[Annotated[_Words, Length(100, least=1)], ...] = Field((), max_length=50)
    avoid: tuple[Annotated[_Words, Length(100, least=1)], ...] = Field((), max_length=200)


class Brief(Value):
    """An order for a script. duration_seconds: whole half seconds.

    language: ISO 639-1. model: as the user names it, or empty. mode: whether a model writes for this lead
    alone or for all of a campaign. addresses: hosts that may be said. variant: neighbouring leads have
    neighbouring numbers, so that they hear different words; None takes it from the lead. tempo: how much
    longer the voice takes than the usual one.
    """

    lead: LeadData
    style: Style
    duration_seconds: float = Field(multiple_of=0.5, ge=5)
    key_messages: tuple[Annotated[Line, Field(max_length=500)], ...] = Field((), max_length=50)
    target_audience: Annotated[Line, Field(max_length=500)] = ""
    language: str = Field("en", pattern=r"^[a-z]{2}$")
    brand: Brand = Brand()
    mode: Mode = "bespoke"
    model: Line = ""
    addresses: tuple[str, ...] = ()
    variant: int | None = Field(None, ge=0)
    tempo: float = Field(1.0, gt=0.3, lt=3)


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def make_brief(
    lead_data: Mapping[str, Any], longest_seconds: float, key_messages: Sequence[str] = (), **order: Any
) -> Brief:
    """order: the other fields of a Brief.

    Raises:
        WrongBrief: naming the field.
    """
    try:
        brief = Brief.model_validate(
            {
                "lead": dict(lead_data),
                "key_messages": tuple(message for message in key_messages if message and _has_words(message)),
                **order,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]).replace("duration_seconds", "duration")
        raise WrongBrief(f"{field}: {first['msg']}") from error
    if not brief.lead.name:
        raise WrongBrief("name: it is empty; a personal video needs the lead's name")
    if brief.duration_seconds > longest_seconds:
        raise WrongBrief(f"duration: at most {longest_seconds:g} seconds (VIDEO_MAX_DURATION_SECONDS)")
    return brief
