"""Claims on paid calls and slots of vendors in Postgres, seen through the role that row security binds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.engine import make_url

from local.postgres import Postgres
from shared.accounts import open_workspace
from shared.costs import Answer, DatabaseBooks, DatabaseSlots, PaidCall, unsettled_calls
from shared.database import Database
from shared.database.migrating import MIGRATIONS
from shared.database.models import CostEntry, Lead, PaidCallRow, Video
from shared.errors import RateLimited
from shared.workflow.leases import Lease

CALL = PaidCall("vendor", "speak", {"text": "Hello"})
SOUND = Answer(b"sound", Decimal("0.0123"), Decimal(41), "characters")


@pytest.fixture
def books(database: Database, workspace_id: int) -> DatabaseBooks:
    return DatabaseBooks(database, workspace_id, None, "voice")


def statuses(books: DatabaseBooks) -> list[str]:
    with books.database.workspace(books.workspace_id) as session:
        return list(session.scalars(select(PaidCallRow.status).order_by(PaidCallRow.id)))


def costs(books: DatabaseBooks) -> list[Decimal]:
    with books.database.workspace(books.workspace_id) as session:
        return list(session.scalars(select(CostEntry.amount_usd)))


def test_a_call_is_claimed_by_one(books: DatabaseBooks) -> None:
    assert not books.claimed(CALL)
    assert books.begin(CALL, 15) is not None
    assert books.claimed(CALL)
    assert books.begin(CALL, 15) is None
    assert books.begin(PaidCall("vendor", "speak", {"text": "Another"}), 15) is not None
    assert statuses(books) == ["begun", "begun"]


def test_another_workspace_has_claims_of_its_own(books: DatabaseBooks, database: Database) -> None:
    other = DatabaseBooks(database, open_workspace(database, f"not {books.workspace_id}"), None, "voice")
    claim = books.begin(CALL, 15)
    assert claim
    assert not other.claimed(CALL)
    assert other.begin(CALL, 15) is not None
    other.finish(CALL, claim, SOUND)  # a claim of ours: out of its reach
    assert statuses(books) == ["begun"]


def test_a_claim_that_is_not_extended_runs_out_and_its_call_is_unknown(books: DatabaseBooks) -> None:
    first = books.begin(CALL, 0.2)
    assert first
    time.sleep(0.1)
    books.extend(first, 0.3)
    time.sleep(0.2)
    assert books.claimed(CALL)
    time.sleep(0.2)
    assert not books.claimed(CALL)
    assert books.begin(CALL, 15) is not None
    assert statuses(books) == ["unknown", "begun"]
    books.extend(first, 15)  # too late: it is another's
    assert statuses(books) == ["unknown", "begun"]


def test_an_answer_that_comes_after_all_is_written_down_beside_the_others(books: DatabaseBooks) -> None:
    first = books.begin(CALL, 0)
    second = books.begin(CALL, 15)
    assert first and second
    books.finish(CALL, first, SOUND)
    books.finish(CALL, second, SOUND)
    assert statuses(books) == ["done", "done"]
    assert costs(books) == [SOUND.price_usd] * 2  # the vendor charged both


def test_a_purchase_is_one_cost_however_often_it_is_written_down(books: DatabaseBooks) -> None:
    claim = books.begin(CALL, 15)
    assert claim
    books.finish(CALL, claim, SOUND)
    books.finish(CALL, claim, SOUND)
    assert costs(books) == [SOUND.price_usd]


def test_the_report_names_the_calls_without_an_outcome(database: Database, workspace_id: int) -> None:
    with database.workspace(workspace_id) as session:
        lead = Lead(workspace_id=workspace_id, name="Ana", company="Acme", variables={})
        session.add(lead)
        session.flush()
        asked = {"url": "https://example.com", "options": {}, "page_job": "jobs/1"}
        video = Video(workspace_id=workspace_id, lead_id=lead.id, **asked)
        session.add(video)
        session.flush()
    books = DatabaseBooks(database, workspace_id, video.id, "voice")
    calls = [PaidCall("vendor", f"operation {number}", {}) for number in range(5)]
    gone, lost, refused, done, under_way = (
        books.begin(call, 0 if call is calls[0] else 15) for call in calls
    )
    assert gone and lost and refused and done and under_way
    books.close(calls[1], lost, "unknown", "the answer was cut off")
    books.close(calls[2], refused, "refused", "no")
    books.finish(calls[3], done, SOUND)
    first, second = unsettled_calls(database, workspace_id)
    assert (first.vendor, first.operation, first.video_id) == ("vendor", "operation 0", video.id)
    assert "not heard of again" in first.reason
    assert (second.operation, second.step, second.reason) == (
        "operation 1",
        "voice",
        "the answer was cut off",
    )
    assert first.at <= second.at
    assert unsettled_calls(database, open_workspace(database, f"beside {workspace_id}")) == ()


async def test_slots_are_counted_over_all_who_take_them(database: Database) -> None:
    vendor, lease = uuid4().hex, Lease(poll_seconds=0.02)
    one, other = DatabaseSlots(database, lease), DatabaseSlots(database, lease)
    async with one.taken(vendor, 2), other.taken(vendor, 2):
        with pytest.raises(RateLimited, match="as many calls"):
            async with one.taken(vendor, 2, patience_seconds=0.1):
                pass
        async with one.taken(uuid4().hex, 1, patience_seconds=0):
            pass
        async with one.taken(vendor, 3, patience_seconds=0):  # a larger plan
            pass
    async with other.taken(vendor, 1, patience_seconds=0):
        pass


async def test_a_slot_is_held_as_long_as_it_is_extended(database: Database) -> None:
    vendor = uuid4().hex
    silent = DatabaseSlots(database, Lease(seconds=0.3, beat_seconds=60, poll_seconds=0.02))
    living = DatabaseSlots(database, Lease(seconds=0.3, beat_seconds=0.1, poll_seconds=0.02))
    async with silent.taken(vendor, 1), living.taken(vendor, 1, patience_seconds=2):
        with pytest.raises(RateLimited):
            async with silent.taken(vendor, 1, patience_seconds=0.6):
                pass
    # the one that fell silent gave back nothing that was another's by then
    async with living.taken(vendor, 1, patience_seconds=0):
        pass


@pytest.fixture
def older(migrated: Postgres) -> Iterator[tuple[Engine, Config]]:
    """A database of its own, as version 0004 had it, seen by the superuser."""
    name = f"older_{uuid4().hex}"
    superuser = make_url(migrated.owner_url).set(username="postgres")
    server = create_engine(superuser, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} OWNER leadreel_owner"))
    server.dispose()
    owner = make_url(migrated.owner_url).set(database=name).render_as_string(False)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", owner.replace("%", "%%"))
    command.upgrade(config, "0004")
    engine = create_engine(superuser.set(database=name))
    yield engine, config
    engine.dispose()


def test_calls_that_older_versions_left_open_become_unknown(older: tuple[Engine, Config]) -> None:
    engine, config = older
    columns = "workspace_id, vendor, operation, content_hash, request, status"
    rows = ", ".join(f"(1, 'v', 'o', 'same', '{{}}', '{status}')" for status in ("begun", "begun", "done"))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO workspaces (name) VALUES ('default')"))
        connection.exec_driver_sql(f"INSERT INTO paid_calls ({columns}) VALUES {rows}")
    command.upgrade(config, "0005")
    found = "SELECT status FROM paid_calls ORDER BY id"
    forced = "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'paid_calls'"
    with engine.connect() as connection:
        assert connection.scalars(text(found)).all() == ["unknown", "unknown", "done"]
        assert connection.scalar(text(forced)) is True
    command.downgrade(config, "0004")
    command.upgrade(config, "0005")
