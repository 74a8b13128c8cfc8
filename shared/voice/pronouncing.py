"""A workspace's own table of how names and brands are said."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared.database.models import Pronunciation


def read_pronunciations(session: Session, language: str) -> dict[str, str]:
    """What is said for a written word or phrase; an entry for the language goes before one for all."""
    rows = session.scalars(
        select(Pronunciation)
        .where(or_(Pronunciation.language.is_(None), Pronunciation.language == language))
        .order_by(Pronunciation.language.nulls_first())
    )
    return {row.written: row.said for row in rows}
