"""Transactions, each inside one workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.errors import Permanent, Retryable


class DatabaseUnreachable(Retryable):
    """Postgres did not answer, or went away in the middle."""


class NoDatabase(Permanent):
    """DATABASE_URL is not set, and the work needs rows."""


class Database:
    """Postgres behind one small pool. Opens no connection until the first transaction."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url, pool_size=2, max_overflow=2, pool_pre_ping=True)

    @contextmanager
    def workspace(self, workspace_id: int) -> Iterator[Session]:
        """A transaction that sees and writes this workspace's rows only; commits at the end.

        The workspace is set for the transaction, never for the connection: a connection goes back to the
        pool (and, behind RDS Proxy, to others).
        """
        with self.transaction() as session:
            session.execute(
                text("SELECT set_config('leadreel.workspace_id', :id, true)"), {"id": str(workspace_id)}
            )
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction without a workspace: it sees the tables that belong to none."""
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise DatabaseUnreachable(f"the database can't be reached: {error.orig}") from error

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str | None) -> Database:
    if url is None:
        raise NoDatabase(
            "DATABASE_URL is not set; `leadreel up` and `leadreel make` bring their own Postgres"
        )
    return Database(url)
