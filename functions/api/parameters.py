"""Parameters that many routes take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Header, Path, Query
from starlette.convertors import Convertor, register_url_convertor

from shared.database.paging import DEFAULT, MOST, Asked, Sortable


class _Id(Convertor[str]):
    """`{lead_id:id}` in a path: digits alone, so that `/videos/{video_id:id}` takes no `/videos/recordings`,
    whose other methods are then known to be not allowed. `Id` says how large it may be."""

    regex = "[0-9]{1,19}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return str(value)


register_url_convertor("id", _Id())
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
IdFilter = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
_DAYS = {"anyOf": [{"type": "string", "format": "date", "pattern": "^2[01]"}, {"type": "null"}]}
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31), json_schema_extra=_DAYS)]
Filter = Annotated[str | None, Query(max_length=300, pattern=r"^[^\x00]*$")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern="^[ -~]+$",
        description="Asking again with it gives the first answer again, for 24 hours.",
    ),
]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=1000, description="An ETag; 412 if it is another by now.")
]
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=1000, description="An ETag; 304 if it still holds.")
]


def page_of(sortable: Sortable) -> Callable[..., Asked]:
    """Which page of a list is asked for, and its order, given what it may be sorted by."""
    orders = {"enum": [sign + name for name in sortable for sign in ("", "-")]}

    def asked(
        limit: Annotated[int, Query(ge=1, le=MOST)] = DEFAULT,
        cursor: Annotated[
            str | None, Query(max_length=1000, description="`next_cursor` of the page before.")
        ] = None,
        sort: str = Query(
            "-id",
            max_length=50,
            description="A field; with a minus, from the last to the first.",
            json_schema_extra=orders,
        ),
    ) -> Asked:
        return Asked(limit=limit, cursor=cursor, sort=sort)

    return asked
