"""What is kept for a time only goes when it is over: a bounded number at a time, and nothing else."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.exc import ProgrammingError

from shared.accounts import is_an_answer_old, open_workspace, prune_answers
from shared.database import Database
from shared.database.models import AuditEntry, KeptAnswer, Webhook, WebhookAttempt, WebhookDelivery
from shared.database.pruning import BATCH, tending
from shared.webhooks import is_a_delivery_old, prune_deliveries

MANY = 10_000


def until() -> float:
    return time.monotonic() + 120


def keep_answers(database: Database, workspace_id: int, count: int, age: timedelta, name: str = "k") -> None:
    made = datetime.now(UTC) - age
    rows = [
        {"workspace_id": workspace_id, "key": f"{name}-{number}", "operation": "addLead",
         "request_hash": "0" * 64, "status": 201, "headers": {}, "body": "{}", "created_at": made}
        for number in range(count)
    ]  # fmt: skip
    with database.workspace(workspace_id) as session:
        session.execute(insert(KeptAnswer), rows)


def count(database: Database, workspace_id: int, table: Any) -> int:
    with database.workspace(workspace_id) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_old_answers_go_in_bounded_statements_and_young_ones_stay(
    database: Database, workspace_id: int
) -> None:
    other = open_workspace(database, f"other than {workspace_id}")
    keep_answers(database, workspace_id, MANY // 2, timedelta(hours=25))
    keep_answers(database, other, MANY // 2, timedelta(days=3))
    keep_answers(database, workspace_id, 7, timedelta(hours=23), "young")
    with database.workspace(workspace_id) as session:
        session.add(
            AuditEntry(
                workspace_id=workspace_id, actor="ana", role="member", operation="addLead", resource=None,
                changes={}, request_id="1", created_at=datetime.now(UTC) - timedelta(days=900),
            )
        )  # fmt: skip
    sizes: list[int] = []

    def note(_: Any, cursor: Any, statement: str, *__: Any) -> None:
        if "DELETE" in statement:
            sizes.append(cursor.rowcount)

    event.listen(database.engine, "after_cursor_execute", note)
    assert prune_answers(database, until()) == MANY
    assert sizes == [BATCH] * (MANY // BATCH) + [0]
    assert (count(database, workspace_id, KeptAnswer), count(database, other, KeptAnswer)) == (7, 0)
    assert count(database, workspace_id, AuditEntry) == 1
    assert not is_an_answer_old(database)
    assert prune_answers(database, until()) == 0


def test_without_time_nothing_is_begun(database: Database, workspace_id: int) -> None:
    keep_answers(database, workspace_id, 1, timedelta(hours=25))
    assert prune_answers(database, float("-inf")) == 0
    assert is_an_answer_old(database)


def test_two_at_once_delete_each_row_once(database: Database, workspace_id: int) -> None:
    keep_answers(database, workspace_id, 3 * BATCH, timedelta(hours=25))
    ready = Barrier(2)

    def work() -> int:
        ready.wait()
        return prune_answers(database, until())

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(work), pool.submit(work)]
    assert sum(done.result() for done in both) == 3 * BATCH
    assert count(database, workspace_id, KeptAnswer) == 0


def test_an_answer_that_somebody_uses_again_stays(database: Database, workspace_id: int) -> None:
    keep_answers(database, workspace_id, 2, timedelta(hours=25))
    with database.workspace(workspace_id) as session:
        session.get_one(KeptAnswer, (workspace_id, "k-0"), with_for_update=True)
        assert prune_answers(database, until()) == 1
    assert prune_answers(database, until()) == 1


def deliver(
    database: Database, workspace_id: int, webhook_id: int, status: str, queued_before: timedelta
) -> int:
    queued = datetime.now(UTC) - queued_before
    with database.workspace(workspace_id) as session:
        delivery = WebhookDelivery(
            workspace_id=workspace_id, webhook_id=webhook_id, event_id=str(uuid.uuid4()), event="ping",
            payload={}, status=status, next_attempt_at=queued, expires_at=queued + timedelta(hours=24),
            created_at=queued,
        )  # fmt: skip
        session.add(delivery)
        session.flush()
        session.add_all(
            WebhookAttempt(
                workspace_id=workspace_id, delivery_id=delivery.id, at=queued, status_code=500, milliseconds=1
            )
            for _ in range(3)
        )
        return delivery.id


@pytest.fixture
def webhook_id(database: Database, workspace_id: int) -> int:
    with database.workspace(workspace_id) as session:
        webhook = Webhook(
            workspace_id=workspace_id, url="https://x.example/", events=["video.ready"], secret="x"
        )
        session.add(webhook)
        session.flush()
        return webhook.id


def test_deliveries_that_ended_a_month_ago_go_with_their_attempts(
    database: Database, workspace_id: int, webhook_id: int
) -> None:
    stay = {
        deliver(database, workspace_id, webhook_id, "delivered", timedelta(days=30)),
        deliver(database, workspace_id, webhook_id, "failed", timedelta(days=2)),
        deliver(database, workspace_id, webhook_id, "pending", timedelta(days=60)),
    }
    assert not is_a_delivery_old(database)
    for status in ("delivered", "failed"):
        deliver(database, workspace_id, webhook_id, status, timedelta(days=32))
    assert is_a_delivery_old(database)
    assert prune_deliveries(database, until()) == 2
    with database.workspace(workspace_id) as session:
        assert set(session.scalars(select(WebhookDelivery.id))) == stay
        attempts = session.execute(
            select(WebhookAttempt.delivery_id, func.count()).group_by(WebhookAttempt.delivery_id)
        )
        assert dict(attempts.all()) == dict.fromkeys(stay, 3)
    assert not is_a_delivery_old(database)


def test_whoever_tends_sees_what_is_old_and_changes_nothing(
    database: Database, workspace_id: int, webhook_id: int
) -> None:
    keep_answers(database, workspace_id, 1, timedelta(hours=25), "old")
    keep_answers(database, workspace_id, 1, timedelta(hours=23), "young")
    deliver(database, workspace_id, webhook_id, "delivered", timedelta(days=1))
    with tending(database) as session:
        assert [*session.scalars(select(KeptAnswer.key))] == ["old-0"]
        assert session.scalars(select(WebhookDelivery)).all() == []
        assert session.scalars(select(Webhook)).all() == []
    with pytest.raises(ProgrammingError, match="row-level security"), tending(database) as session:
        session.execute(update(KeptAnswer).values(body="mine"))
    with database.transaction() as session:
        assert session.scalars(select(KeptAnswer)).all() == []
