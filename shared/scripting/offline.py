"""The offline writer: templates filled from the lead's fields, for free, without any network.

The intro and the call to action are the lead's own, chosen by a hash of the lead among those that fit their
time. All between is the same for every lead with the same options, so that it is spoken and filmed once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from shared.scripting.body import write_body
from shared.scripting.brief import Brief, LeadData
from shared.scripting.pace import room, spoken_seconds
from shared.scripting.phrases import Phrases, StylePhrases, fill_all, read_phrases
from shared.scripting.schedule import Part, timed
from shared.scripting.script import Script

MODEL = "offline"
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
    """`phrases`: the language it writes in."""

    def __init__(self, phrases: Phrases | None = None) -> None:
        self._phrases = phrases

    async def write(self, brief: Brief) -> Script:
        language = self._phrases or read_phrases()
        phrases, times = language.styles[brief.style], slots(brief.duration_seconds)
        body = write_body(brief, phrases, language.more, times.body)
        values = personal_values(brief.lead, language)
        intro = Part("Introduction", intro_text(brief.lead, values, phrases, times.intro), "intro")
        parts, durations = [intro, *body.parts], [times.intro, *body.durations]
        if times.cta:
            closings = fill_all(phrases.closings, values)
            named = [text for text in closings if values["first_name"] and values["first_name"] in text]
            parts.append(Part("Next step", fitting(closings, times.cta, brief.lead, named), "cta"))
            durations.append(times.cta)
        return Script(
            script_style=brief.style,
            sections=timed(parts, durations),
            total_duration_seconds=brief.duration_seconds,
            ai_model_used=MODEL,
        )


def personal_values(lead: LeadData, language: Phrases) -> dict[str, str]:
    """What a phrase may say about the lead; what is unknown or can't be said is empty."""
    return {
        "first_name": lead.first_name,
        "company": lead.spoken_company,
        "industry": language.industries.get(lead.industry.casefold(), ""),
    }


def intro_text(lead: LeadData, values: dict[str, str], phrases: StylePhrases, slot_seconds: float) -> str:
    """A greeting and what this is."""
    greetings = fill_all(phrases.greetings, values) or list(phrases.greetings_unnamed)
    purposes = fill_all(phrases.purposes, values)
    choices = [f"{greeting} {purpose}" for greeting in greetings for purpose in purposes]
    named = [choice for choice in choices if values["company"] and values["company"] in choice]
    return fitting(choices, slot_seconds, lead, preferred=named)


def fitting(
    choices: Sequence[str], slot_seconds: float, lead: LeadData, preferred: Sequence[str] = ()
) -> str:
    """One of the texts that fill the time without running over it; which one depends on the lead.

    A preferred one may fill it a little less, or more. If none does, the longest that has room; if none has,
    the shortest.
    """
    space, brim = room(slot_seconds), BRIM * slot_seconds
    lengths = {text: spoken_seconds(text) for text in choices}
    tiers = ((preferred, FULL, space), (preferred, NEARLY_FULL, brim), (choices, FULL, space))
    for texts, least, most in tiers:
        good = [text for text in texts if least * slot_seconds <= lengths[text] <= most]
        if good:
            return good[_number(lead) % len(good)]
    shorter = [text for text in choices if lengths[text] <= space]
    return max(shorter, key=lengths.__getitem__) if shorter else min(choices, key=lengths.__getitem__)


def _number(lead: LeadData) -> int:
    who = "\0".join((lead.name, lead.company, lead.email))
    return int.from_bytes(hashlib.sha256(who.encode()).digest()[:4])
