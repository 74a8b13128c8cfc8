"""The offline writer: templates filled from the lead's fields, for free, without any network.

The intro and the call to action are the lead's own, chosen by a hash of the lead among those that fit their
time. All between is the same for every lead with the same options, so that it is spoken and filmed once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.scripting.body import write_body
from shared.scripting.brief import Brief, LeadData, WrongBrief
from shared.scripting.pace import room
from shared.scripting.phrases import Phrases, StylePhrases, read_phrases
from shared.scripting.schedule import Part, timed
from shared.scripting.script import SceneType, Script
from shared.scripting.template import Passage, render, variables_in

MODEL = "offline"
LANGUAGES = ("en", "es")
FULL, NEARLY_FULL, BRIM = 0.75, 0.68, 0.95  # how much of its time a section may be spoken in


@dataclass(frozen=True)
class Slots:
    """Seconds of the intro, of all that comes between, and of the call to action (0: there is none)."""

    intro: float
    body: float
    cta: float


def slots(duration_seconds: float) -> Slots:
    """How a video of that length is divided."""
    steps = ((7, 2.5, 0), (10, 3.5, 0), (14, 4, 3), (20, 4, 4.5), (28, 4.5, 5.5), (50, 5, 6.5))
    intro, cta = next(((i, c) for limit, i, c in steps if duration_seconds < limit), (5.5, 8))
    return Slots(intro, duration_seconds - intro - cta, cta)


class OfflineWriter:
    """Writes in the brief's language, if there are phrases for it."""

    async def write(self, brief: Brief) -> Script:
        """Raises WrongBrief for a language without phrases."""
        language = _phrases_for(brief)
        phrases, times = language.styles[brief.style], slots(brief.duration_seconds)
        body = write_body(brief, phrases, language, times.body)
        values = personal_values(brief.lead, language)
        intros, unnamed = intro_templates(values, phrases), intro_templates({}, phrases)
        titles = language.titles
        intro = _personal(
            titles.introduction, "intro", intros, unnamed, "company", values, times.intro, brief, language
        )
        parts = [intro, *map(_shared, body.parts)]
        durations = [times.intro, *body.durations]
        if times.cta:
            closings = usable(phrases.closings, values)
            parts.append(
                _personal(
                    titles.next_step,
                    "cta",
                    closings,
                    phrases.closings,
                    "first_name",
                    values,
                    times.cta,
                    brief,
                    language,
                )
            )
            durations.append(times.cta)
        return Script(
            script_style=brief.style,
            language=brief.language,
            sections=timed(parts, durations),
            total_duration_seconds=brief.duration_seconds,
            ai_model_used=MODEL,
        )


def _phrases_for(brief: Brief) -> Phrases:
    if brief.language not in LANGUAGES:
        raise WrongBrief(
            f"language: the offline writer writes {' and '.join(LANGUAGES)}, not {brief.language!r}; "
            "set OPENROUTER_API_KEY for others"
        )
    return read_phrases(brief.language)


def _personal(
    title: str,
    scene_type: SceneType,
    templates: Sequence[str],
    everybodys: Sequence[str],
    preferred: str,
    values: Mapping[str, str],
    slot_seconds: float,
    brief: Brief,
    language: Phrases,
) -> Part:
    """A section of the lead's own.

    everybodys: among which one is for a lead of whom nothing is known. preferred: a variable that the text
    had better have in it.
    """
    naming = [template for template in templates if f"{{{preferred}}}" in template]
    chosen = fitting(templates, values, slot_seconds, _number(brief), language, naming)
    content = render(chosen, values) or ""
    unnamed = next((one for one in everybodys if render(one, {}) is not None), "")
    piece = Passage(text=content, usual=unnamed, personal=bool(variables_in(chosen)))
    return Part(title, content, scene_type, (piece,))


def _shared(part: Part) -> Part:
    piece = Passage(text=part.content, usual=part.content, personal=False)
    return replace(part, passages=(piece,))


def personal_values(lead: LeadData, language: Phrases) -> dict[str, str]:
    """What a phrase may say about the lead; what is unknown or can't be said is empty."""
    return {
        "first_name": lead.first_name,
        "company": lead.spoken_company,
        "industry": language.industries.get(lead.industry.casefold(), ""),
    }


def usable(templates: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Those whose variables are all known."""
    return [template for template in templates if render(template, values) is not None]


def intro_templates(values: Mapping[str, str], phrases: StylePhrases) -> list[str]:
    """Greetings, each with what this is."""
    greetings = usable(phrases.greetings, values) or list(phrases.greetings_unnamed)
    purposes = usable(phrases.purposes, values)
    return [f"{greeting} {purpose}" for greeting in greetings for purpose in purposes]


def fitting(
    templates: Sequence[str],
    values: Mapping[str, str],
    slot_seconds: float,
    number: int,
    language: Phrases,
    preferred: Sequence[str] = (),
) -> str:
    """One of the templates that fill the time without running over it; which one depends on the number.

    A preferred one may fill it a little less, or more. If none does, the longest that has room; if none has,
    the shortest.
    """
    space, brim = room(slot_seconds), BRIM * slot_seconds
    lengths = {template: language.seconds(render(template, values) or "") for template in templates}
    tiers = ((preferred, FULL, space), (preferred, NEARLY_FULL, brim), (templates, FULL, space))
    for some, least, most in tiers:
        good = [template for template in some if least * slot_seconds <= lengths[template] <= most]
        if good:
            return good[number % len(good)]
    shorter = [template for template in templates if lengths[template] <= space]
    return max(shorter, key=lengths.__getitem__) if shorter else min(templates, key=lengths.__getitem__)


def _number(brief: Brief) -> int:
    if brief.variant is not None:
        return brief.variant
    who = "\0".join((brief.lead.name, brief.lead.company, brief.lead.email))
    return int.from_bytes(hashlib.sha256(who.encode()).digest()[:4])
