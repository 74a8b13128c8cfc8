"""The gate that a model's answer passes before it becomes a script."""

from __future__ import annotations

import re
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, Field, ValidationError

from shared.scripting.brief import Brief, one_line
from shared.scripting.pace import spoken_seconds
from shared.scripting.schedule import Part, shared_out, timed
from shared.scripting.script import SceneType, Section
from shared.values import Value

MOST_SECTIONS = 60
LONGEST_CONTENT = 4000
TOO_LONG = 1.15  # times the asked duration: beyond it, the video would not be what was asked

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

# what can't be said, or would send the viewer somewhere we did not choose
_UNSPEAKABLE = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|net|io|co|ai|dev|app)\b|\S+@\S+|[{}\[\]<>*#_|`\\]", re.IGNORECASE
)


class AnswerError(ValueError):
    """The answer can't be used; the text says why, to the model that gave it."""


class AnsweredSection(Value):
    """A section as a model gives it."""

    title: Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=200)]
    content: Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=LONGEST_CONTENT)]
    duration_seconds: float = Field(gt=0, le=3600)
    scene_type: SceneType


class AnsweredScript(Value):
    """RESPONSE_SCHEMA, with its limits."""

    sections: Annotated[tuple[AnsweredSection, ...], Field(min_length=1, max_length=MOST_SECTIONS)]


def read_answer(content: str, brief: Brief) -> tuple[Section, ...]:
    """Sections that add up exactly to the asked duration. Raises AnswerError."""
    try:
        answered = AnsweredScript.model_validate_json(content).sections
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AnswerError(f"it does not fit the schema ({where or 'the JSON'}: {first['msg']}).") from error
    parts = [
        Part(section.title, spelled_as_given(section.content, brief), section.scene_type)
        for section in answered
    ]
    check(parts, brief)
    asked = sum(section.duration_seconds for section in answered)
    weights = [
        max(spoken_seconds(part.content), section.duration_seconds / asked * brief.duration_seconds)
        for part, section in zip(parts, answered, strict=True)
    ]
    return timed(parts, shared_out(brief.duration_seconds, weights))


def check(parts: list[Part], brief: Brief) -> None:
    """Raises AnswerError with the first thing that is wrong."""
    if len(parts) > brief.duration_seconds * 2:
        raise AnswerError("it has more sections than half seconds.")
    if parts[0].scene_type != "intro":
        raise AnswerError("the first section must have scene_type intro.")
    said = " ".join(part.content for part in parts)
    given = [brief.lead.first_name, brief.lead.name, brief.lead.spoken_company, *brief.key_messages]
    rest = said
    for value in given:
        rest = rest.replace(value, " ") if value else rest
    if found := _UNSPEAKABLE.search(rest):
        raise AnswerError(f"{found.group()!r} is not to be said.")
    for field, value in (("name", brief.lead.first_name), ("company", brief.lead.spoken_company)):
        if value and value not in said:
            raise AnswerError(f"the {field} must be spelled exactly {value!r} and be said.")
    longest = brief.duration_seconds * TOO_LONG
    if spoken_seconds(said) > longest:
        words = len(said.split())
        fit = int(words * brief.duration_seconds / spoken_seconds(said))
        raise AnswerError(f"its {words} words take too long to say; use at most {fit}.")


def spelled_as_given(content: str, brief: Brief) -> str:
    """The text with the lead's name and company in the capitals that they have."""
    for value in (brief.lead.spoken_company, brief.lead.first_name):
        if len(value) > 1:
            pattern = rf"(?<!\w){re.escape(value)}(?!\w)"
            content = re.sub(pattern, lambda _, exact=value: exact, content, flags=re.IGNORECASE)  # type: ignore[misc]
    return content
