"""A model's answer, read and judged, becomes the sections of a script."""

from __future__ import annotations

import re
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, Field, ValidationError

from shared.scripting.brief import Brief, LeadData, one_line
from shared.scripting.gate import RefusedText, StrangeData, check
from shared.scripting.pace import spoken_seconds
from shared.scripting.schedule import Part, shared_out, timed
from shared.scripting.script import SceneType, Section
from shared.scripting.template import (
    Passage,
    WrongTemplate,
    passages,
    variables_in,
    without_fallback,
)
from shared.values import Value

MOST_SECTIONS = 60
LONGEST_CONTENT = 4000
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)  # some models wrap what they answer

VARIABLES = ("first_name", "company", "industry")
"""Of a lead, as a template may name them."""

RESPONSE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sections"],
    "properties": {
        "sections": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title", "content", "duration_seconds", "scene_type"],
                "properties": {
                    "title": {"type": "string"},
                    "content": {"type": "string"},
                    "duration_seconds": {"type": "number"},
                    "scene_type": {"type": "string", "enum": list(get_args(SceneType))},
                },
            },
        }
    },
}


class AnsweredSection(Value):
    """A section as a model gives it."""

    title: Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=200)]
    content: Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=LONGEST_CONTENT)]
    duration_seconds: float = Field(gt=0, le=3600)
    scene_type: SceneType


class AnsweredScript(Value):
    """RESPONSE_SCHEMA, with its limits."""

    sections: Annotated[tuple[AnsweredSection, ...], Field(min_length=1, max_length=MOST_SECTIONS)]


def read_answer(
    content: str, brief: Brief, *, instructions: str = "", strange: StrangeData | None = None
) -> tuple[Section, ...]:
    """Sections that add up exactly to the asked duration.

    What was written for a campaign has passages for this lead, and is judged as everybody else would hear it,
    too. instructions: what the model was told. strange: see `gate`.

    Raises:
        RefusedText: with what is wrong.
    """
    answered = _parsed(content)
    if brief.mode == "campaign":
        _check_personal(answered)
        nobody = brief.model_copy(update={"lead": LeadData(name="")})
        usual = [_part(section, [_usual(one) for one in _passages(section, {})]) for section in answered]
        check(usual, nobody, instructions=instructions, strange=strange)
        values = lead_values(brief.lead)
        parts = [_part(section, _passages(section, values)) for section in answered]
    else:
        parts = [
            Part(section.title, spelled_as_given(section.content, brief), section.scene_type)
            for section in answered
        ]
        check(parts, brief, instructions=instructions, strange=strange)
    asked = sum(section.duration_seconds for section in answered)
    weights = [
        max(
            spoken_seconds(part.content, brief.language) * brief.tempo,
            section.duration_seconds / asked * brief.duration_seconds,
        )
        for part, section in zip(parts, answered, strict=True)
    ]
    return timed(parts, shared_out(brief.duration_seconds, weights))


def _parsed(content: str) -> tuple[AnsweredSection, ...]:
    fenced = _FENCE.fullmatch(content.strip())
    try:
        return AnsweredScript.model_validate_json(fenced[1] if fenced else content).sections
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RefusedText(f"it does not fit the schema ({where or 'the JSON'}: {first['msg']}).") from error


def _check_personal(sections: tuple[AnsweredSection, ...]) -> None:
    whole = " ".join(section.content for section in sections)
    for name in ("first_name", "company"):
        if f"{{{name}" not in whole:
            raise RefusedText(f"it must say {{{name}|…}} somewhere, with a fallback.")


def lead_values(lead: LeadData) -> dict[str, str]:
    """What a template may say of a lead; empty where nothing is known, or nothing that can be said."""
    return {
        "first_name": lead.first_name,
        "company": lead.spoken_company,
        "industry": lead.spoken_industry,
    }


def _passages(section: AnsweredSection, values: dict[str, str]) -> list[Passage]:
    """Raises RefusedText if the section is no template that fits every lead."""
    try:
        unknown = [name for name in variables_in(section.content) if name not in VARIABLES]
        bare = without_fallback(section.content)
        if unknown or bare:
            wrong = f"{{{unknown[0]}}} is none of them" if unknown else f"{{{bare[0]}}} has no fallback"
            raise WrongTemplate(wrong)
        return passages(section.content, values)
    except WrongTemplate as error:
        raise RefusedText(f"its placeholders can't be used: {error}.") from error


def _usual(passage: Passage) -> Passage:
    return passage.model_copy(update={"text": passage.usual})


def _part(section: AnsweredSection, pieces: list[Passage]) -> Part:
    content = " ".join(piece.text for piece in pieces)
    return Part(section.title, content, section.scene_type, tuple(pieces))


def spelled_as_given(content: str, brief: Brief) -> str:
    """The text with the lead's name and company in the capitals that they have.

    A single word may be one of the language, too (`Will`, `Target`), so that one in small letters is taken
    for the name only where it is called: beside a comma or a stop.
    """
    for value in (brief.lead.spoken_company, brief.lead.first_name):
        if len(value) > 1:
            alone = r"(?=\s*(?:[,.!?;:]|$))" if value.isalpha() else r"(?!\w)"
            pattern = rf"(?<!\w){re.escape(value)}{alone}"
            content = re.sub(pattern, lambda _, exact=value: exact, content, flags=re.IGNORECASE)  # type: ignore[misc]
    return content
