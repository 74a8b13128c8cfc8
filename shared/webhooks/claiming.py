"""Deliveries that are due: one sender takes each, and writes down what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.due import due, take
from shared.database.models import Webhook, WebhookAttempt, WebhookDelivery
from shared.retrying import next_attempt
from shared.webhooks.posting import Outcome

LEASE = timedelta(seconds=60)
CANDIDATES = 20
GONE = 410


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours to send for a minute. sealed: secrets to sign with. attempt: from 1."""

    id: int
    workspace_id: int
    webhook_id: int
    url: str
    sealed: tuple[str, ...]
    event_id: str
    payload: dict[str, Any]
    attempt: int


def is_due(database: Database) -> bool:
    """Whether there is anything to send, in any workspace. Raises DatabaseUnreachable."""
    return bool(due(database, WebhookDelivery, 1))


def claim(database: Database, busy: Collection[int] = ()) -> Claimed | None:
    """The next delivery that nobody else is sending. busy: webhooks that can wait.

    Raises DatabaseUnreachable.
    """
    for delivery_id, workspace_id in due(
        database, WebhookDelivery, CANDIDATES, WebhookDelivery.webhook_id.not_in(busy)
    ):
        with database.workspace(workspace_id) as session:
            claimed = _take(session, delivery_id)
        if claimed is not None:
            return claimed
    return None


def settle(database: Database, claimed: Claimed, outcome: Outcome) -> None:
    """Write the attempt to the log, and what follows from it. Raises DatabaseUnreachable."""
    with database.workspace(claimed.workspace_id) as session:
        if outcome.status_code == GONE:  # before the delivery, in the order in which deleting locks them
            _disable(session, claimed.webhook_id)
        delivery = session.get(WebhookDelivery, claimed.id, with_for_update=True)
        if delivery is None:
            return
        session.add(
            WebhookAttempt(
                workspace_id=claimed.workspace_id,
                delivery_id=claimed.id,
                at=outcome.at,
                status_code=outcome.status_code,
                milliseconds=outcome.milliseconds,
                error=outcome.error,
                answer=outcome.answer,
            )
        )
        if delivery.status == "pending" and (outcome.delivered or delivery.attempts == claimed.attempt):
            _conclude(delivery, outcome)


def _take(session: Session, delivery_id: int) -> Claimed | None:
    now = datetime.now(UTC)
    delivery = take(session, WebhookDelivery, delivery_id)
    if delivery is None:
        return None
    webhook = session.get_one(Webhook, delivery.webhook_id)
    if not webhook.enabled or now >= delivery.expires_at:
        delivery.status = "failed"
        delivery.last_error = "the webhook is disabled" if not webhook.enabled else "its time was over"
        return None
    delivery.attempts += 1
    delivery.next_attempt_at = now + LEASE
    former = webhook.former_secret if webhook.former_until and now < webhook.former_until else None
    return Claimed(
        id=delivery.id,
        workspace_id=delivery.workspace_id,
        webhook_id=webhook.id,
        url=webhook.url,
        sealed=(webhook.secret, former) if former else (webhook.secret,),
        event_id=delivery.event_id,
        payload=delivery.payload,
        attempt=delivery.attempts,
    )


def _conclude(delivery: WebhookDelivery, outcome: Outcome) -> None:
    delivery.last_status_code, delivery.last_error = outcome.status_code, outcome.error
    now = datetime.now(UTC)
    if outcome.delivered:
        delivery.status, delivery.delivered_at = "delivered", now
        return
    again = None
    if outcome.status_code != GONE:
        again = next_attempt(delivery.attempts, now, delivery.expires_at, outcome.retry_after)
    if again is None:
        delivery.status = "failed"
    else:
        delivery.next_attempt_at = again


def _disable(session: Session, webhook_id: int) -> None:
    webhook = session.get(Webhook, webhook_id, with_for_update=True)
    if webhook is not None and webhook.enabled:
        webhook.enabled, webhook.disabled_reason = False, "it answered 410 Gone: it wants no more events"
