"""A row by its id, by a statement that is kept: `Session.get` builds one each time, which takes as long as
asking Postgres does."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import DeclarativeBase, Session

Row = TypeVar("Row", bound=DeclarativeBase)


def find_row(session: Session, model: type[Row], row_id: int, *, lock: bool = False) -> Row | None:
    """lock: nobody else changes it until the transaction ends."""
    if lock:
        return session.get(model, row_id, with_for_update=True)
    return session.scalars(_by_id(model), {"row_id": row_id}).one_or_none()


@cache
def _by_id(model: type[Any]) -> Select[Any]:
    return select(model).where(model.id == bindparam("row_id"))
