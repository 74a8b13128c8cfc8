"""Finds data of other leads in what was written for one."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, func, or_, select

from shared.database import Database
from shared.database.models import Lead
from shared.scripting.gate import StrangeData

LONGEST_WORDS = 5
_WORD = re.compile(r"[\w'’@.&+-]+")
# A company of one word; shorter ones are words of the language too often
_INSIDE = re.compile(r"(?<=[\w,;:]\s)[^\W\d_a-zà-öø-ÿ][\w&-]{3,}")


_LEGAL = r"[\s,]+(inc|incorporated|ltd|limited|llc|llp|plc|corp|co|gmbh|ag|bv|nv|oy|ab|s\.?a|s\.?l|srl)\.?$"
_BARE = func.regexp_replace(Lead.company, _LEGAL, "", "i")


def strangers(database: Database, workspace_id: int, lead_id: int) -> StrangeData:
    """Looks among the workspace's other leads.

    A name or a company of several words is found however it is written; a company of one word where it stands
    with its capital inside a sentence. First names alone are nobody's.
    """

    def find(text: str) -> str | None:
        phrases = _phrases(text)
        several = [phrase for phrase in phrases if " " in phrase]
        with database.workspace(workspace_id) as session:
            own = session.get_one(Lead, lead_id)
            company, bare = func.lower(Lead.company), func.lower(_BARE)
            name, email = func.lower(Lead.name), func.lower(Lead.email)
            matches: list[ColumnElement[bool]] = [
                and_(name.in_(several), name != own.name.lower()),
                and_(or_(company.in_(several), bare.in_(several)), company != own.company.lower()),
                and_(_BARE.in_(_INSIDE.findall(text)), company != own.company.lower()),
                and_(email.in_(phrases), email != (own.email or "").lower()),
            ]
            found = session.execute(
                select(Lead.email, Lead.name, Lead.company, _BARE)
                .where(Lead.id != lead_id, or_(*matches))
                .order_by(Lead.id)
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
