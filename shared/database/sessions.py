"""Transactions, each inside one workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2.errors
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from shared.database.faults import DatabaseSlow, DatabaseUnreachable, NoDatabase
from shared.database.iam import sign_in_by_token, verified
from shared.errors import Retryable
from shared.settings import Settings

STATEMENT_SECONDS = 20
"""Less than API Gateway waits (29 s), so that whoever asks is told."""
_IDLE_SECONDS = 60  # of a transaction: a Lambda may be frozen in the middle of one, and its locks with it
_POOL_SECONDS = 5.0
_RECYCLE_SECONDS = 50  # RDS Proxy closes a connection after a minute without a word (infra/database.py)
_CONNECT = {
    "connect_timeout": 3,
    # a server that vanished without a word is given up in seconds, not when the kernel does (15 minutes)
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_BEGIN = (
    "SELECT set_config('leadreel.workspace_id', %(workspace_id)s, true), "
    "set_config('statement_timeout', %(statement)s, true), "
    "set_config('idle_in_transaction_session_timeout', %(idle)s, true)"
)


@event.listens_for(Session, "before_flush")
def _know_all_tables(*_: object) -> None:
    """The order of writing goes by which table refers to which; reading does without."""
    import shared.database.models.whole  # noqa: F401


class Database:
    """Postgres behind one small pool, of which a process has one. Opens no connection until the first use.

    A Lambda serves one request at a time, with one connection; a second one is for what is written while a
    transaction is open, and on one machine a process has a few threads.
    statement_seconds: how long a statement may take, waiting for locks included. iam: passwords are tokens
    (`shared.database.iam`), and the server is one that ca_file vouches for.
    """

    def __init__(
        self,
        url: str,
        *,
        statement_seconds: float = STATEMENT_SECONDS,
        iam: bool = False,
        ca_file: Path | None = None,
    ) -> None:
        self._statement_seconds = statement_seconds
        self.engine: Engine = create_engine(
            driven(url),
            pool_size=4,  # opened one by one, and one that is opened is kept: to open one takes milliseconds
            max_overflow=0,
            pool_timeout=_POOL_SECONDS,
            pool_recycle=_RECYCLE_SECONDS,
            connect_args=_CONNECT | (verified(ca_file) if iam else {}),
        )
        if iam:
            sign_in_by_token(self.engine)
        self._limits = {
            "statement": f"{statement_seconds * 1000:.0f}ms",
            "idle": f"{_IDLE_SECONDS}s",
        }

    @contextmanager
    def workspace(self, workspace_id: int) -> Iterator[Session]:
        """A transaction that sees and writes this workspace's rows only; commits at the end.

        The workspace is set for the transaction, never for the connection: a connection goes back to the
        pool (and, behind RDS Proxy, to others). Raises DatabaseUnreachable, DatabaseSlow.
        """
        with self._session(str(workspace_id)) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction without a workspace: it sees the tables that belong to none.

        Raises DatabaseUnreachable, DatabaseSlow.
        """
        with self._session("") as session:
            yield session

    @contextmanager
    def _session(self, workspace_id: str) -> Iterator[Session]:
        try:
            with self._begun(workspace_id) as session:
                yield session
                session.commit()
        except PoolTimeout as error:
            raise DatabaseUnreachable("all connections to the database are in use") from error
        except DBAPIError as error:
            told = self._told(error)
            if told is None:
                raise
            raise told from error

    def _begun(self, workspace_id: str) -> Session:
        """A session in a transaction that says whose it is.

        A connection from the pool may be gone (a restart, a proxy's time-out, a Lambda that was frozen). The
        first statement tells, and is repeated with a new one: a ping before each would be a round trip more.
        """
        for is_last in (False, True):
            session = Session(self.engine, expire_on_commit=False)
            try:
                self._say_whose(session, workspace_id)
                break
            except BaseException as error:
                session.close()
                gone = isinstance(error, DBAPIError) and error.connection_invalidated
                if is_last or not gone:  # if so, all that the pool had is given up by now
                    raise
        return session

    def _say_whose(self, session: Session, workspace_id: str) -> None:
        """All in one round trip, and for the transaction: a SET of the session pins it in RDS Proxy."""
        session.connection().exec_driver_sql(_BEGIN, {"workspace_id": workspace_id, **self._limits}).close()

    def _told(self, error: DBAPIError) -> Retryable | None:
        """What a fault of the connection, or a timeout, is called; None for any other error."""
        if isinstance(error.orig, psycopg2.errors.QueryCanceled):
            return DatabaseSlow(f"the database took longer than {self._statement_seconds:g} s")
        if error.connection_invalidated or isinstance(error, OperationalError):
            return DatabaseUnreachable(f"the database can't be reached: {error.orig}")
        return None

    def close(self) -> None:
        self.engine.dispose()


def driven(url: str) -> URL:
    """The URL with our driver, where it names none: SQLAlchemy would take another."""
    read = make_url(url)
    return read.set(drivername="postgresql+psycopg2") if read.drivername == "postgresql" else read


def open_database(settings: Settings) -> Database:
    """Raises NoDatabase."""
    if settings.database_url is None:
        raise NoDatabase(
            "DATABASE_URL is not set; `leadreel up` and `leadreel make` bring their own Postgres"
        )
    return Database(settings.database_url, iam=settings.database_iam, ca_file=settings.database_ca_file)
