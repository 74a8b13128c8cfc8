"""The journal in Postgres keeps the same contract as the one in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from local.journal import (
    Listener,
    PostgresJournal,
    answer_task,
    enqueue,
    prepare,
    read_execution,
    read_visits,
)
from local.postgres import Postgres, connect
from local.visits import TokenAnswer, Visit
from tests.support.journals import NOON, JournalContract


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("journal"))
    server.start()
    prepare(server.owner_url)
    prepare(server.owner_url)
    yield server
    server.stop()


@pytest.fixture
async def journal(postgres: Postgres) -> AsyncIterator[PostgresJournal]:
    opened = PostgresJournal(postgres.owner_url)
    yield opened
    await opened.close()


class TestPostgresJournal(JournalContract):
    @pytest.fixture
    def enqueue(self, postgres: Postgres) -> Callable[[str, Any], None]:
        return lambda name, value: enqueue(postgres.app_url, "machine", name, value)

    @pytest.fixture
    def answer(self, postgres: Postgres) -> Callable[[TokenAnswer], bool | None]:
        return lambda answer: answer_task(postgres.owner_url, answer)


async def test_whoever_has_the_application_role_starts_and_follows_executions(
    postgres: Postgres, journal: PostgresJournal
) -> None:
    assert read_execution(postgres.app_url, "mine") is None
    enqueue(postgres.app_url, "machine", "mine", {"n": 1})
    await journal.save("mine", Visit("1:voice", "voice", NOON))
    await journal.end("mine", "FAILED", error="Failed", cause="because")
    ended = read_execution(postgres.app_url, "mine")
    assert ended and ended.ended_at
    assert (ended.status, ended.error, ended.cause) == ("FAILED", "Failed", "because")
    assert [visit.state for visit in read_visits(postgres.app_url, "mine").values()] == ["voice"]


def test_the_application_role_cannot_rewrite_what_happened(postgres: Postgres) -> None:
    connection = connect(postgres.app_url)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as cursor:
        cursor.execute("UPDATE runtime.executions SET status = 'SUCCEEDED'")
    connection.close()


async def test_a_new_execution_wakes_the_listener(postgres: Postgres) -> None:
    woken = asyncio.Event()
    listener = Listener(postgres.owner_url, woken)
    listener.open()
    try:
        woken.clear()
        await asyncio.to_thread(enqueue, postgres.app_url, "machine", "wakes", {})
        await asyncio.wait_for(woken.wait(), 5)
    finally:
        listener.close()


async def test_it_waits_for_a_postgres_that_restarts(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    server.start()
    prepare(server.owner_url)
    enqueue(server.app_url, "machine", "patient", {})
    journal = PostgresJournal(server.owner_url)
    try:
        await journal.save("patient", Visit("1:a", "a", NOON))
        server.stop()
        saving = asyncio.create_task(journal.save("patient", Visit("2:b", "b", NOON)))
        await asyncio.sleep(0.3)
        assert not saving.done()
        await asyncio.to_thread(server.start)
        await saving
        assert list(await journal.visits("patient")) == ["1:a", "2:b"]
    finally:
        await journal.close()
        server.stop()
