"""Finds data of other leads in what was written for one."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, func, or_, select

from shared.database import Database
from shared.database.models import Lead
from shared.scripting.gate import StrangeData

LONGEST_WORDS = 5
_WORD = re.compile(r"[\w'’@.&+-]+")
# A company of one word; shorter ones are words of the language too often
_INSIDE = re.compile(r"(?<=[\w,;:]\s)[^\W\d_a-zà-öø-ÿ][\w&-]{3,}")


def strangers(database: Database, workspace_id: int, lead_id: int) -> StrangeData:
    """Looks among the workspace's other leads.

    A name or a company of several words is found however it is written; a company of one word where it stands
    with its capital inside a sentence. First names alone are nobody's.
    """

    def find(text: str) -> str | None:
        phrases = _phrases(text)
        several = [phrase for phrase in phrases if " " in phrase]
        matches: list[ColumnElement[bool]] = [
            func.lower(Lead.name).in_(several),
            func.lower(Lead.company).in_(several),
            func.lower(Lead.email).in_(phrases),
            Lead.company.in_(_INSIDE.findall(text)),
        ]
        with database.workspace(workspace_id) as session:
            own = session.get_one(Lead, lead_id)
            found = session.execute(
                select(Lead.email, Lead.name, Lead.company)
                .where(Lead.id != lead_id, Lead.company != own.company, Lead.name != own.name, or_(*matches))
                .limit(1)
            ).first()
        if found is None:
            return None
        return next((str(value) for value in found if value and value.casefold() in phrases), str(found[1]))

    return find


def _phrases(text: str) -> list[str]:
    words = [word.strip(".-'’").casefold() for word in _WORD.findall(text)]
    return sorted(
        {
            " ".join(words[at : at + size])
            for size in range(1, LONGEST_WORDS + 1)
            for at in range(len(words) - size + 1)
        }
    )
