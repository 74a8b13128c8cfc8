"""The journal of executions in Postgres, schema `runtime`, which is also their queue.

Starting an execution is an INSERT into runtime.executions by anyone who has the database; a trigger tells
the runner.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import psycopg2
from psycopg2.extras import Json, RealDictCursor

from local.postgres import connect
from local.visits import Asked, Execution, JournalLost, Status, TokenAnswer, Visit

Result = TypeVar("Result")

CHANNEL = "runtime_executions"
PATIENCE_SECONDS = 10.0  # how long Postgres may be away
RUNNER_PATIENCE_SECONDS = 60.0  # likewise, in the middle of an execution

SCHEMA = """
SELECT pg_advisory_xact_lock(7255161);
CREATE SCHEMA IF NOT EXISTS runtime;
CREATE TABLE IF NOT EXISTS runtime.executions (
    name text PRIMARY KEY,
    machine text NOT NULL,
    input json NOT NULL,
    status text NOT NULL DEFAULT 'RUNNING' CHECK (status IN ('RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED')),
    output json,
    error text,
    cause text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz
);
CREATE INDEX IF NOT EXISTS executions_running ON runtime.executions (created_at) WHERE status = 'RUNNING';
CREATE TABLE IF NOT EXISTS runtime.transitions (
    execution text NOT NULL REFERENCES runtime.executions ON DELETE CASCADE,
    path text NOT NULL,
    state text NOT NULL,
    entered_at timestamptz NOT NULL,
    retries integer[] NOT NULL,
    due timestamptz,
    exited_at timestamptz,
    next text,
    output json,
    error text,
    cause text,
    PRIMARY KEY (execution, path)
);
CREATE TABLE IF NOT EXISTS runtime.tasks (
    token text PRIMARY KEY,
    execution text NOT NULL REFERENCES runtime.executions ON DELETE CASCADE,
    attempt text NOT NULL,
    until timestamptz,
    told boolean NOT NULL DEFAULT false,
    status text NOT NULL DEFAULT 'WAITING' CHECK (status IN ('WAITING', 'ANSWERED', 'CLOSED')),
    output json,
    error text,
    cause text,
    UNIQUE (execution, attempt)
);
CREATE OR REPLACE FUNCTION runtime.tell() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('runtime_executions', ''); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER tell AFTER INSERT OR UPDATE ON runtime.executions
    FOR EACH STATEMENT EXECUTE FUNCTION runtime.tell();
CREATE OR REPLACE TRIGGER tell AFTER UPDATE OF status ON runtime.tasks
    FOR EACH STATEMENT EXECUTE FUNCTION runtime.tell();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'leadreel_app') THEN
        GRANT USAGE ON SCHEMA runtime TO leadreel_app;
        GRANT SELECT, INSERT ON runtime.executions TO leadreel_app;
        GRANT SELECT ON runtime.transitions TO leadreel_app;
    END IF;
END $$;
"""
VISIT_COLUMNS = "path, state, entered_at, retries, due, exited_at, next, output, error, cause"
SAVE = f"""
INSERT INTO runtime.transitions (execution, {VISIT_COLUMNS})
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (execution, path) DO UPDATE SET retries = excluded.retries, due = excluded.due,
    exited_at = excluded.exited_at, next = excluded.next, output = excluded.output,
    error = excluded.error, cause = excluded.cause
"""  # noqa: S608 - no value of anyone's in it
INSERT = "INSERT INTO runtime.executions (name, machine, input) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


STOP = """
UPDATE runtime.executions SET status = 'ABORTED', error = %s, cause = %s, ended_at = clock_timestamp()
WHERE name = %s AND status = 'RUNNING'
"""
ASK = """
WITH fresh AS (
    INSERT INTO runtime.tasks (token, execution, attempt, until) VALUES (%s, %s, %s, %s)
    ON CONFLICT (execution, attempt) DO NOTHING RETURNING token, until, told
)
SELECT token, until, told FROM fresh
UNION ALL SELECT token, until, told FROM runtime.tasks WHERE execution = %s AND attempt = %s
"""
ANSWER = """
UPDATE runtime.tasks SET status = 'ANSWERED', output = %s, error = %s, cause = %s
WHERE token = %s AND status = 'WAITING'
    AND (SELECT status FROM runtime.executions WHERE name = execution) = 'RUNNING'
RETURNING token
"""
CLOSE = """
UPDATE runtime.tasks SET status = 'CLOSED' WHERE token = %s AND status <> 'ANSWERED' RETURNING token
"""
ANSWERS = """
SELECT token, output, error, cause FROM runtime.tasks WHERE token = ANY(%s) AND status = 'ANSWERED'
"""


def prepare(owner_url: str) -> None:
    """Make the schema if it isn't there."""
    with _Session(owner_url) as session:
        session.execute(SCHEMA)


def enqueue(url: str, machine: str, name: str, value: Any) -> None:
    """Start an execution; does nothing if there is one of that name. url: of either role."""
    with _Session(url) as session:
        session.execute(INSERT, (name, machine, _json(value)))


def stop_execution(owner_url: str, name: str, error: str | None, cause: str | None) -> None:
    """End an execution that runs; the runner, told of it, lets go of its work."""
    with _Session(owner_url) as session:
        session.execute(STOP, (_clean(error), _clean(cause), name))


def answer_task(owner_url: str, answer: TokenAnswer) -> bool | None:
    """Whether the answer was awaited; False if nobody waits for it any more, None for an unknown token."""
    with _Session(owner_url) as session:
        values = (_json(answer.output), _clean(answer.error), _clean(answer.cause), answer.token)
        if session.execute(ANSWER, values):
            return True
        known = session.execute("SELECT 1 AS known FROM runtime.tasks WHERE token = %s", (answer.token,))
    return False if known else None


def read_execution(url: str, name: str) -> Execution | None:
    """How an execution stands."""
    with _Session(url) as session:
        rows = session.execute("SELECT * FROM runtime.executions WHERE name = %s", (name,))
    return Execution(**rows[0]) if rows else None


def read_visits(url: str, execution: str) -> dict[str, Visit]:
    """Every state that an execution has visited, by path, in order of entry."""
    with _Session(url) as session:
        return _visits(session, execution)


class PostgresJournal:
    """The port `Journal`, over one connection in a thread of its own."""

    def __init__(self, owner_url: str) -> None:
        self._session = _Session(owner_url, RUNNER_PATIENCE_SECONDS)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    async def running(self) -> list[Execution]:
        query = "SELECT * FROM runtime.executions WHERE status = 'RUNNING' ORDER BY created_at, name"
        return [Execution(**row) for row in await self._do(lambda s: s.execute(query))]

    async def end(
        self,
        name: str,
        status: Status,
        output: Any = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        query = (
            "UPDATE runtime.executions SET status = %s, output = %s, error = %s, cause = %s,"
            " ended_at = clock_timestamp() WHERE name = %s AND status = 'RUNNING'"
        )
        values = (status, _json(output), _clean(error), _clean(cause), name)
        await self._do(lambda s: s.execute(query, values))

    async def visits(self, execution: str) -> dict[str, Visit]:
        return await self._do(lambda s: _visits(s, execution))

    async def save(self, execution: str, visit: Visit) -> None:
        values = (
            *(execution, visit.path, visit.state, visit.entered_at, list(visit.retries), visit.due),
            *(visit.exited_at, visit.next, _json(visit.output), _clean(visit.error), _clean(visit.cause)),
        )
        await self._do(lambda s: s.execute(SAVE, values))

    async def ask(self, execution: str, attempt: str, until: datetime | None) -> Asked:
        values = (secrets.token_urlsafe(48), execution, attempt, until, execution, attempt)
        rows = await self._do(lambda s: s.execute(ASK, values))
        return Asked(**rows[0])

    async def note_told(self, token: str) -> None:
        await self._do(lambda s: s.execute("UPDATE runtime.tasks SET told = true WHERE token = %s", (token,)))

    async def answers(self, tokens: Collection[str]) -> list[TokenAnswer]:
        return [TokenAnswer(**row) for row in await self._do(lambda s: s.execute(ANSWERS, (list(tokens),)))]

    async def close_task(self, token: str) -> bool:
        return bool(await self._do(lambda s: s.execute(CLOSE, (token,))))

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._session.close)
        self._thread.shutdown()

    async def _do(self, work: Callable[[_Session], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._session)
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            raise JournalLost(str(error)) from error


class _Session:
    """A connection that is opened when first used and commits each statement. All statements here may be
    repeated, so one that was interrupted by a restart of Postgres is."""

    def __init__(self, url: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._url = url
        self._patience_seconds = patience_seconds
        self._connection: Any = None

    def execute(self, query: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        limit = time.monotonic() + self._patience_seconds
        while True:
            try:
                return self._execute(query, values)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self.close()
                if time.monotonic() > limit:
                    raise
                time.sleep(0.1)

    def _execute(self, query: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
        if self._connection is None:
            self._connection = connect(self._url)
            self._connection.autocommit = True
        with self._connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(query, values or None)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> _Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _visits(session: _Session, execution: str) -> dict[str, Visit]:
    query = f"SELECT {VISIT_COLUMNS} FROM runtime.transitions WHERE execution = %s ORDER BY entered_at, path"  # noqa: S608
    rows = session.execute(query, (execution,))
    return {row["path"]: Visit(**{**row, "retries": tuple(row["retries"])}) for row in rows}


def _json(value: Any) -> Json:
    return Json(value, dumps=json.dumps)


def _clean(text: str | None) -> str | None:
    """Postgres' text holds no NUL."""
    return text.replace("\0", "\ufffd") if text else text


class Listener:
    """Sets an event whenever an execution is started or ended."""

    def __init__(self, owner_url: str, wake: asyncio.Event) -> None:
        self._url = owner_url
        self._wake = wake
        self._connection: Any = None

    def open(self) -> None:
        """Listen, if it doesn't already. Raises psycopg2.OperationalError while Postgres is away."""
        if self._connection is not None:
            return
        connection = connect(self._url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        self._connection = connection
        asyncio.get_running_loop().add_reader(connection.fileno(), self._heard)
        self._wake.set()

    def close(self) -> None:
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._connection.fileno())
            self._connection.close()
            self._connection = None

    def _heard(self) -> None:
        descriptor = self._connection.fileno()
        try:
            self._connection.poll()
            self._connection.notifies.clear()
        except psycopg2.Error:
            asyncio.get_running_loop().remove_reader(descriptor)
            self._connection = None
        self._wake.set()
