"""Events on their way: to a real endpoint, at least once, for a day, and nowhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError

from local.postgres import Postgres
from shared.database import Database
from shared.database.models import Webhook, WebhookDelivery
from shared.webhooks import is_due, replay_delivery, rotate_secret
from tests.integration.webhooks.conftest import Hooks
from tests.support.api import SECRETS_KEY
from tests.support.processes import eventually
from tests.support.receiver import Answer, Receiver, is_signed


def test_an_event_arrives_signed(hooks: Hooks, receiver: Receiver, database: Database) -> None:
    receiver.answers = [Answer(202, body=b"thanks\0 " + b"x" * 5000)]
    webhook = hooks.add(receiver.url)
    hooks.announce(video_id=7, share_url="http://127.0.0.1/v/ü")
    assert is_due(database)
    assert hooks.deliver() == 1
    assert not is_due(database)
    [got] = receiver.got
    assert is_signed(hooks.secrets[webhook.id], got)
    assert (got.path, got.headers["content-type"]) == ("/hook", "application/json")
    row, [attempt] = hooks.row(), hooks.log()
    assert json.loads(got.body) == row.payload
    assert row.payload["id"] == got.id == row.event_id
    assert (row.payload["type"], row.payload["data"]["share_url"]) == ("video.ready", "http://127.0.0.1/v/ü")
    assert (row.status, row.attempts, row.last_status_code, row.last_error) == ("delivered", 1, 202, None)
    assert row.delivered_at is not None
    assert (attempt.status_code, attempt.error) == (202, None)
    assert attempt.answer is not None
    assert attempt.answer.startswith("thanks\ufffd x") and len(attempt.answer) == 500
    assert hooks.deliver() == 0


def test_who_wants_an_event_is_told(hooks: Hooks, receiver: Receiver) -> None:
    ready = hooks.add(receiver.url, "video.ready")
    both = hooks.add(receiver.url + "/both", "video.failed", "video.ready", "batch.finished")
    hooks.announce("video.failed")
    hooks.announce("video.ready")
    hooks.announce("video.viewed")
    assert hooks.deliver() == 3
    told = {(got.path, json.loads(got.body)["type"]) for got in receiver.got}
    assert told == {("/hook", "video.ready"), ("/hook/both", "video.ready"), ("/hook/both", "video.failed")}
    of_ready = [row for row in hooks.rows() if row.event == "video.ready"]
    assert {row.webhook_id for row in of_ready} == {ready.id, both.id}
    assert len({row.event_id for row in of_ready}) == 1


@pytest.mark.parametrize("status", [500, 404, 429, 301])
def test_what_fails_is_tried_again(status: int, hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [Answer(status, {"Location": receiver.url + "/elsewhere"}), Answer(200)]
    hooks.add(receiver.url)
    hooks.announce()
    before = datetime.now(UTC)
    assert hooks.deliver() == 1
    row = hooks.row()
    assert (row.status, row.attempts, row.last_status_code) == ("pending", 1, status)
    assert before + timedelta(seconds=1) <= row.next_attempt_at <= datetime.now(UTC) + timedelta(seconds=5)
    assert hooks.deliver() == 0
    hooks.pass_time()
    assert hooks.deliver() == 1
    assert [attempt.status_code for attempt in hooks.log()] == [status, 200]
    assert (hooks.row().status, hooks.row().last_error) == ("delivered", None)
    assert [got.path for got in receiver.got] == ["/hook", "/hook"]  # a redirect is not followed
    assert receiver.got[0].id == receiver.got[1].id
    assert receiver.got[0].body == receiver.got[1].body


def test_retry_after_is_respected(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [Answer(503, {"Retry-After": "900"})]
    hooks.add(receiver.url)
    hooks.announce()
    hooks.deliver()
    assert 890 < (hooks.row().next_attempt_at - datetime.now(UTC)).total_seconds() <= 900


def test_who_is_gone_is_told_no_more(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [Answer(410)]
    hooks.add(receiver.url)
    hooks.announce()
    hooks.deliver()
    webhook = hooks.webhook()
    assert (webhook.enabled, hooks.row().status) == (False, "failed")
    assert "410" in (webhook.disabled_reason or "")
    hooks.announce()
    assert (len(hooks.rows()), hooks.deliver()) == (1, 0)


def test_what_waits_for_a_disabled_webhook_is_given_up(hooks: Hooks, receiver: Receiver) -> None:
    hooks.add(receiver.url)
    hooks.announce()
    with hooks.database.workspace(hooks.workspace_id) as session:
        session.execute(update(Webhook).values(enabled=False))
    assert hooks.deliver() == 0
    assert (hooks.row().status, hooks.row().last_error) == ("failed", "the webhook is disabled")
    assert receiver.got == []


def test_who_hangs_is_left(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [Answer(hang=60)]
    hooks.add(receiver.url)
    hooks.announce()
    started = time.monotonic()
    hooks.deliver(deadline_seconds=0.5)
    assert time.monotonic() - started < 5
    row = hooks.row()
    assert (row.status, row.last_status_code, row.last_error) == ("pending", None, "no answer within 0.5 s")


def test_an_answer_whose_body_never_comes_is_one(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [Answer(200, body=b"x", drip=60)]
    hooks.add(receiver.url)
    hooks.announce()
    hooks.deliver(deadline_seconds=0.5)
    assert hooks.row().status == "delivered"


def test_nobody_at_home(make_hooks: Callable[..., Hooks]) -> None:
    with Receiver() as receiver:
        hooks = make_hooks(receiver.pair)
        hooks.add(receiver.url)
    hooks.announce()
    hooks.deliver()
    assert "can't be reached" in (hooks.row().last_error or "")
    [attempt] = hooks.log()
    assert (attempt.status_code, attempt.answer) == (None, None)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1"])
def test_a_name_that_later_points_inside_is_not_dialled(
    address: str, hooks: Hooks, receiver: Receiver
) -> None:
    """The endpoint listens on loopback, on a port that is allowed for it alone."""
    hooks.add("https://hooks.example/hook")

    async def rebound(host: str, port: int) -> list[str]:
        return ["93.184.215.14", address]

    hooks.announce()
    hooks.deliver(resolve=rebound)
    assert f"hooks.example points at a private address ({address})" in (hooks.row().last_error or "")
    assert "WEBHOOK_ALLOW_HOSTS=hooks.example:443" in (hooks.row().last_error or "")
    assert receiver.got == []


def test_every_address_of_a_name_is_tried(make_hooks: Callable[..., Hooks], receiver: Receiver) -> None:
    hooks = make_hooks(f"hooks.example:{receiver.port}")
    hooks.add(f"http://hooks.example:{receiver.port}/hook")

    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]  # nobody listens on the first

    hooks.announce()
    hooks.deliver(resolve=two)
    assert (hooks.row().status, len(receiver.got)) == ("delivered", 1)


def test_a_name_without_address_may_get_one(hooks: Hooks) -> None:
    hooks.add("https://hooks.example/hook")

    async def unknown(host: str, port: int) -> list[str]:
        raise OSError("unknown")

    hooks.announce()
    hooks.deliver(resolve=unknown)
    row = hooks.row()
    assert (row.status, row.last_error) == ("pending", "the name hooks.example does not resolve")


def test_it_ends_after_a_day(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [Answer(500)]
    hooks.add(receiver.url)
    hooks.announce()
    row = hooks.row()
    assert row.expires_at - row.created_at < timedelta(hours=24, seconds=1)
    hooks.pass_time(expires_at=datetime.now(UTC) + timedelta(seconds=0.9))  # any wait is too long
    assert hooks.deliver() == 1
    assert (hooks.row().status, hooks.row().last_error) == ("failed", "it answered 500")


def test_what_nobody_sent_for_a_day_is_not_sent(hooks: Hooks, receiver: Receiver) -> None:
    hooks.add(receiver.url)
    hooks.announce()
    hooks.pass_time(expires_at=datetime.now(UTC))
    assert hooks.deliver() == 0
    assert (hooks.row().status, receiver.got) == ("failed", [])


def test_it_is_told_again_by_hand(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [Answer(500), Answer(200)]
    webhook = hooks.add(receiver.url)
    hooks.announce()
    hooks.pass_time(expires_at=datetime.now(UTC) + timedelta(seconds=0.9))
    hooks.deliver()
    for number in (2, 3):  # a failed one, then a delivered one
        with hooks.database.workspace(hooks.workspace_id) as session:
            again = replay_delivery(session, webhook.id, hooks.row().id)
        assert (again.status, again.attempts) == ("pending", 0)
        assert hooks.deliver() == 1
        assert (hooks.row().status, len(receiver.got)) == ("delivered", number)
    assert {got.id for got in receiver.got} == {hooks.row().event_id}
    assert len(hooks.log()) == 3


CHILD = """
from shared.database import Database
from shared.settings import Settings
from shared.webhooks import deliver_due
settings = Settings(_env_file=None)
deliver_due(Database(settings.database_url), settings)
"""


def test_what_a_dead_sender_had_taken_is_told_again(
    hooks: Hooks, receiver: Receiver, migrated: Postgres
) -> None:
    receiver.answers = [Answer(hang=60), Answer(200)]
    hooks.add(receiver.url)
    hooks.announce()
    environment = os.environ | {
        "DATABASE_URL": migrated.app_url,
        "SECRETS_KEY": SECRETS_KEY.get_secret_value(),
        "WEBHOOK_ALLOW_HOSTS": receiver.pair,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    sender = subprocess.Popen([sys.executable, "-c", CHILD], env=environment)
    try:
        assert receiver.waits_for(1)
    finally:
        sender.kill()
        sender.wait(10)
    row = hooks.row()
    assert (row.status, row.attempts, hooks.log()) == ("pending", 1, [])
    assert 40 < (row.next_attempt_at - datetime.now(UTC)).total_seconds() <= 60
    assert hooks.deliver() == 0
    hooks.pass_time()  # the lease has passed
    assert hooks.deliver() == 1
    assert (hooks.row().status, hooks.row().attempts) == ("delivered", 2)
    assert len({got.id for got in receiver.got}) == 1 and len(receiver.got) == 2


def test_two_senders_at_once_send_once(hooks: Hooks, receiver: Receiver, migrated: Postgres) -> None:
    receiver.answers = [Answer(200, hang=0.05)]
    hooks.add(receiver.url)
    for number in range(30):
        hooks.announce(video_id=number)
    others = [Hooks(Database(migrated.app_url), hooks.workspace_id, hooks.settings) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(Hooks.deliver, others))
    for other in others:
        other.database.close()
    assert sum(made) == len(receiver.got) == len({got.id for got in receiver.got}) == 30
    assert {row.status for row in hooks.rows()} == {"delivered"}


def test_one_that_hangs_does_not_hold_up_the_others(
    make_hooks: Callable[..., Hooks], receiver: Receiver
) -> None:
    with Receiver(Answer(hang=60)) as stuck:
        hooks = make_hooks(receiver.pair, stuck.pair)
        hooks.add(stuck.url)
        for number in range(20):
            hooks.announce(video_id=number)
        hooks.add(receiver.url, "video.failed")
        hooks.announce("video.failed")
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(hooks.deliver, seconds=1, deadline_seconds=4)
            assert receiver.waits_for(1, 3)
            assert not sending.done()
            hooks.announce("video.failed")  # what comes meanwhile as well, once there is time again
            sending.result(20)
        hooks.deliver(seconds=0.5, deadline_seconds=0.2)
        assert len(receiver.got) == 2
        assert len(stuck.got) < 20


def test_while_a_secret_is_replaced_both_sign(hooks: Hooks, receiver: Receiver) -> None:
    webhook = hooks.add(receiver.url)
    with hooks.database.workspace(hooks.workspace_id) as session:
        new = rotate_secret(session, webhook.id, hooks.settings).secret or ""
    hooks.announce()
    hooks.deliver()
    assert is_signed(new, receiver.got[0]) and is_signed(hooks.secrets[webhook.id], receiver.got[0])
    with hooks.database.workspace(hooks.workspace_id) as session:
        session.execute(update(Webhook).values(former_until=datetime.now(UTC)))
    hooks.announce()
    hooks.deliver()
    assert is_signed(new, receiver.got[1]) and not is_signed(hooks.secrets[webhook.id], receiver.got[1])


def test_without_the_key_nothing_is_sent_unsigned(hooks: Hooks, receiver: Receiver) -> None:
    hooks.add(receiver.url)
    hooks.announce()
    right = hooks.settings
    hooks.settings = right.model_copy(update={"secrets_key": SecretStr("A" * 43 + "=")})
    hooks.deliver()
    assert (hooks.row().status, receiver.got) == ("pending", [])
    assert "SECRETS_KEY is not the key" in (hooks.row().last_error or "")
    hooks.settings = right
    hooks.pass_time()
    hooks.deliver()
    assert hooks.row().status == "delivered"


def test_secrets_are_sealed_in_the_table(hooks: Hooks, receiver: Receiver) -> None:
    webhook = hooks.add(receiver.url)
    with hooks.database.workspace(hooks.workspace_id) as session:
        kept = session.execute(text("SELECT w::text FROM webhooks w")).scalar_one()
    assert hooks.secrets[webhook.id].removeprefix("whsec_") not in kept


def test_who_looks_for_what_is_due_sees_that_alone(hooks: Hooks, receiver: Receiver) -> None:
    hooks.add(receiver.url)
    hooks.announce(video_id=1)
    hooks.announce(video_id=2)
    waiting, due = hooks.rows()
    with hooks.database.workspace(hooks.workspace_id) as session:
        later = datetime.now(UTC) + timedelta(hours=1)
        session.get_one(WebhookDelivery, waiting.id).next_attempt_at = later
    with hooks.database.transaction() as session:
        assert session.execute(text("SELECT id FROM webhook_deliveries")).all() == []
        session.execute(text("SELECT set_config('leadreel.due', 'on', true)"))
        assert session.execute(text("SELECT id FROM webhook_deliveries")).scalars().all() == [due.id]
        for table in ("webhooks", "webhook_attempts"):
            assert session.execute(text(f"SELECT * FROM {table}")).all() == []
        changed = session.execute(text("UPDATE webhook_deliveries SET status = 'failed' RETURNING id"))
        assert changed.all() == []
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(
                text("INSERT INTO webhooks (workspace_id, url, events, secret, enabled) "
                     "VALUES (:w, '', '[]', '', true)"), {"w": hooks.workspace_id},
            )  # fmt: skip


def test_a_webhook_that_is_deleted_meanwhile(hooks: Hooks, receiver: Receiver) -> None:
    """Its delivery is on its way, and an event is being announced."""
    receiver.answers = [Answer(200, hang=1)]
    hooks.add(receiver.url)
    hooks.announce()
    with ThreadPoolExecutor(2) as pool:
        sending = pool.submit(hooks.deliver)
        assert receiver.waits_for(1)
        with hooks.database.workspace(hooks.workspace_id) as session:
            session.execute(text("DELETE FROM webhooks"))
            announcing = pool.submit(hooks.announce)
            assert not eventually(announcing.done, 0.3)
        announcing.result(5)
        assert sending.result(10) == 1
    assert (hooks.rows(), hooks.log()) == ([], [])
