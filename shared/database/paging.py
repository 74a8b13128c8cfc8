"""Pages of a list, by keyset: each begins after the last row of the one before, whatever comes and goes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import Field
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.errors import Permanent
from shared.values import Value

Row = TypeVar("Row")
State = TypeVar("State")
Sortable = Mapping[str, InstrumentedAttribute[Any]]
"""What a list may be sorted by: columns that are never NULL."""

DEFAULT, MOST = 50, 200


class WrongCursor(Permanent):
    """A cursor is not one that this list gave."""


class WrongSort(Permanent):
    """A list can't be sorted by that; the text says by what it can."""


class Asked(Value):
    """Which page. sort: a field, with a minus before it from the last to the first."""

    limit: int = Field(DEFAULT, ge=1, le=MOST)
    cursor: str | None = Field(None, max_length=1000)
    sort: str = Field("-id", max_length=50)


class Page(Value, Generic[State]):
    """next_cursor: of the page after this one; None for the last."""

    items: tuple[State, ...]
    next_cursor: str | None


def page(
    session: Session,
    found: Select[Row],
    id_column: InstrumentedAttribute[int],
    sortable: Sortable,
    asked: Asked,
    state: Callable[[Row], State],
) -> Page[State]:
    """Raises WrongCursor, WrongSort."""
    name, descending = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    column = sortable.get(name)
    if column is None:
        raise WrongSort(f"can't sort by {name!r}: there are {', '.join(sorted(sortable))}")
    place = tuple_(column, id_column)
    if asked.cursor is not None:
        after = _read(asked.cursor, asked.sort, column)
        found = found.where(place < after if descending else place > after)
    order = (column.desc(), id_column.desc()) if descending else (column.asc(), id_column.asc())
    rows = session.scalars(found.order_by(*order).limit(asked.limit + 1)).all()
    shown = rows[: asked.limit]
    last = shown[-1] if len(rows) > asked.limit else None
    return Page(
        items=tuple(state(row) for row in shown),
        next_cursor=None if last is None else _cursor(asked.sort, getattr(last, column.key), last.id),  # type: ignore[attr-defined]
    )


def _cursor(sort: str, value: object, row_id: int) -> str:
    said = value.isoformat() if isinstance(value, datetime) else value
    text = json.dumps([sort, said, row_id], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, sort: str, column: InstrumentedAttribute[Any]) -> tuple[Any, int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        of_sort, value, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        wanted = column.type.python_type
        if wanted is datetime:
            value = datetime.fromisoformat(value)
        if of_sort != sort or not isinstance(value, wanted) or not 0 < row_id < 2**31:
            raise ValueError("it is for another order")
        if isinstance(value, str) and "\0" in value:
            raise ValueError("no text of ours")
        if wanted is int and not 0 <= value < 2**31:
            raise ValueError("no number of ours")
    except (ValueError, TypeError) as error:
        raise WrongCursor("cursor: it is not one that this list gave, in this order") from error
    return value, row_id
