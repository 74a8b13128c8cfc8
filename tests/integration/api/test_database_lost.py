"""A database that is killed, slow, or used up: 503 with Retry-After, and all is well once it is back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import event, text

from local.postgres import Postgres, connect
from shared.accounts import open_workspace
from shared.database import Database, DatabaseSlow, DatabaseUnreachable
from shared.database.migrating import upgrade
from tests.support.api import Api, served_api
from tests.support.processes import eventually, processes_of

PATH = "/api/v1/leads"
ANA = {"name": "Ana", "company": "Acme"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server of this module's own, for it is killed."""
    server = Postgres(tmp_path_factory.mktemp("own"))
    server.start()
    upgrade(server.owner_url)
    yield server
    server.stop()


@pytest.fixture
def served(own: Postgres, tmp_path: Path) -> Iterator[Api]:
    database = Database(own.app_url, statement_seconds=2)
    with served_api(database, open_workspace(database), tmp_path) as api:
        assert api.ask("GET", PATH).status_code == 200  # now a connection is in the pool
        yield api
    database.close()


def home_of(server: Postgres) -> Path:
    return server._home


def kill(server: Postgres) -> None:
    home = home_of(server)
    first = (home / "postgres" / "postmaster.pid").read_text().splitlines()[0]
    psutil.Process(int(first)).kill()
    assert eventually(lambda: not processes_of(home))


def is_problem(answer: Any) -> bool:
    document = answer.json()
    return (answer.status_code, document["type"], answer.headers["retry-after"]) == (
        503, "urn:leadreel:problem:not-ready", "5",
    )  # fmt: skip


def test_killed_between_requests(own: Postgres, served: Api) -> None:
    kill(own)
    for method, more in (("GET", {}), ("POST", {"json": ANA})):
        answer = served.ask(method, PATH, **more)
        assert is_problem(answer), answer.text
    assert served.client.get("/health").status_code == 200
    assert served.client.get("/health/ready").json()["checks"]["database"] == "down"
    own.stop()
    own.start()
    assert served.ask("GET", PATH).status_code == 200
    assert eventually(lambda: served.client.get("/health/ready").json()["checks"]["database"] == "ok")


def held(own: Postgres, stack: ExitStack, statement: str) -> None:
    """Run a statement as the owner in a transaction that stays open."""
    connection = connect(own.owner_url)
    stack.callback(connection.close)
    connection.cursor().execute(statement)


def both_wait(own: Postgres) -> bool:
    connection = connect(own.owner_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone() == (2,))
    finally:
        connection.close()


def test_killed_in_the_middle_of_a_change(own: Postgres, served: Api) -> None:
    where = served.ask("POST", PATH, json=ANA).headers["location"]
    key = {"Idempotency-Key": f"middle-{time.time()}"}
    with ExitStack() as stack:
        held(own, stack, "LOCK TABLE audit_entries")
        pool = stack.enter_context(ThreadPoolExecutor(2))
        changing = pool.submit(served.ask, "PATCH", where, json={"title": "CFO"})
        adding = pool.submit(served.ask, "POST", PATH, json=ANA, headers=key)
        assert eventually(lambda: both_wait(own))
        kill(own)
        assert is_problem(changing.result(10)) and is_problem(adding.result(10))
        own.stop()
        own.start()
    assert served.ask("GET", where).json()["title"] is None
    added = served.ask("POST", PATH, json=ANA, headers=key)
    assert added.status_code == 201 and "idempotency-replayed" not in added.headers


def test_a_lock_that_is_not_given_back_is_a_timeout(own: Postgres, served: Api) -> None:
    where = served.ask("POST", PATH, json=ANA).headers["location"]
    with ExitStack() as stack:
        held(own, stack, "LOCK TABLE audit_entries")
        started = time.monotonic()
        answer = served.ask("PATCH", where, json={"title": "CFO"})
        assert 1.5 < time.monotonic() - started < 6
        assert is_problem(answer) and answer.json()["detail"] == "the database took longer than 2 s"
    assert served.ask("PATCH", where, json={"title": "CFO"}).status_code == 200


def test_a_server_that_takes_no_connection_is_given_up_in_time(own: Postgres, served: Api) -> None:
    """As a host does that vanished: the connection is begun and nobody answers."""
    served.tools.database.close()
    stopped = [process for process in processes_of(home_of(own)) if process.name() == "postgres"]
    for process in stopped:
        process.suspend()
    try:
        started = time.monotonic()
        answer = served.ask("GET", PATH)
        assert is_problem(answer) and time.monotonic() - started < 10
    finally:
        for process in stopped:
            process.resume()
    assert served.ask("GET", PATH).status_code == 200


def test_a_used_up_pool_is_told(own: Postgres) -> None:
    database = Database(own.app_url)
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(database.transaction())
        with pytest.raises(DatabaseUnreachable, match="in use"), database.transaction():
            pass
    database.close()


def test_settings_hold_for_the_transaction_and_are_one_round_trip(own: Postgres) -> None:
    database = Database(own.app_url, statement_seconds=0.2)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with database.workspace(7) as session:
        assert len(asked) == 1
        assert session.scalar(text("SHOW statement_timeout")) == "200ms"
    assert [statement for statement in asked if "SET " in statement] == []
    with pytest.raises(DatabaseSlow, match=r"longer than 0\.2 s"), database.transaction() as session:
        session.execute(text("SELECT pg_sleep(5)"))
    with database.engine.connect() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "0"
        assert connection.scalar(text("SELECT current_setting('leadreel.workspace_id', true)")) == ""
    database.close()
