"""Rows that are kept for a time only: those of all workspaces, thrown away a few at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, delete, exists, inspect, select, text, tuple_
from sqlalchemy.orm import Session

from shared.database.models.base import Base
from shared.database.sessions import Database

BATCH = 1000
"""Rows that one statement deletes, so that its locks are gone in a moment."""


@contextmanager
def tending(database: Database) -> Iterator[Session]:
    """A transaction that sees, of all workspaces, what somebody has to see to. Raises DatabaseUnreachable."""
    with database.transaction() as session:
        session.execute(text("SELECT set_config('leadreel.tending', 'on', true)"))
        yield session


def is_any(database: Database, old: ColumnElement[bool]) -> bool:
    """Whether there is such a row, in any workspace. Raises DatabaseUnreachable."""
    with tending(database) as session:
        return bool(session.scalar(select(exists().where(old))))


def prune(database: Database, table: type[Base], old: ColumnElement[bool], until: float) -> int:
    """Delete old rows; how many. One that somebody else has locked stays for the next time.

    until: of `time.monotonic()`, after which no statement is begun.
    Raises DatabaseUnreachable, DatabaseSlow.
    """
    key = inspect(table).primary_key
    some = select(*key).where(old).limit(BATCH).with_for_update(skip_locked=True).cte("batch")
    pruning = delete(table).where(tuple_(*key).in_(select(*some.c)))
    gone = 0
    while time.monotonic() < until:
        with tending(database) as session:
            batch = len(session.execute(pruning.returning(key[0])).all())
        gone += batch
        if batch < BATCH:
            break
    return gone
