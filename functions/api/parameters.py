"""Parameters that many routes take."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends, Header, Path, Query

from shared.database.paging import DEFAULT, MOST, Asked

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
IdFilter = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
Filter = Annotated[str | None, Query(max_length=300, pattern=r"^[^\x00]*$")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Asking again with it gives the first answer again, for 24 hours.",
    ),
]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=1000, description="An ETag; 412 if it is another by now.")
]
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=1000, description="An ETag; 304 if it still holds.")
]


def _asked(
    limit: Annotated[int, Query(ge=1, le=MOST)] = DEFAULT,
    cursor: Annotated[
        str | None, Query(max_length=1000, description="`next_cursor` of the page before.")
    ] = None,
    sort: Annotated[
        str, Query(max_length=50, description="A field; with a minus, from the last to the first.")
    ] = "-id",
) -> Asked:
    return Asked(limit=limit, cursor=cursor, sort=sort)


PageAsked = Annotated[Asked, Depends(_asked)]
