"""The delivery log: what a webhook was told, and telling it again. In the caller's transaction."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database.finding import find_row
from shared.database.models import Webhook, WebhookAttempt, WebhookDelivery
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import Conflict, NotFound
from shared.retrying import KEEP_TRYING
from shared.values import Value
from shared.webhooks.announcing import PING, queued
from shared.webhooks.keeping import find_webhook

SORTABLE: Sortable = {"id": WebhookDelivery.id, "created_at": WebhookDelivery.created_at}
MOST_ATTEMPTS = 100

DeliveryStatus = Literal["pending", "delivered", "failed"]


class NoSuchDelivery(NotFound):
    """The webhook has no delivery with that id."""


class Disabled(Conflict):
    """Nothing is sent to a webhook that is disabled."""


class DeliveryState(Value):
    """event_id: what the request calls `webhook-id`. attempts: since it was queued."""

    id: int
    webhook_id: int
    event_id: str
    event: str
    status: str
    attempts: int
    next_attempt_at: datetime | None
    expires_at: datetime
    last_status_code: int | None
    last_error: str | None
    delivered_at: datetime | None
    created_at: datetime


class AttemptState(Value):
    """A request and what came of it. answer: how its body begins."""

    at: datetime
    status_code: int | None
    milliseconds: int
    error: str | None
    answer: str | None


class DeliveryDetails(DeliveryState):
    """payload: what was sent. log: the latest attempts, the latest first."""

    payload: dict[str, Any]
    log: tuple[AttemptState, ...]


def ping_webhook(session: Session, workspace_id: int, webhook_id: int) -> DeliveryState:
    """Queue an event that says nothing. Raises NoSuchWebhook, Disabled."""
    webhook = _enabled(session, webhook_id)
    delivery = queued(workspace_id, webhook.id, str(uuid.uuid4()), PING, {"webhook_id": webhook.id})
    session.add(delivery)
    session.flush()
    return _state(delivery)


def replay_delivery(session: Session, webhook_id: int, delivery_id: int) -> DeliveryState:
    """Queue it anew, with the same event id and a new day. Raises NoSuchWebhook, NoSuchDelivery, Disabled."""
    _enabled(session, webhook_id)
    delivery = _find(session, webhook_id, delivery_id, lock=True)
    now = datetime.now(UTC)
    delivery.status, delivery.attempts, delivery.delivered_at = "pending", 0, None
    delivery.next_attempt_at, delivery.expires_at = now, now + KEEP_TRYING
    session.flush()
    return _state(delivery)


def read_delivery(session: Session, webhook_id: int, delivery_id: int) -> DeliveryDetails:
    """Raises NoSuchWebhook, NoSuchDelivery."""
    find_webhook(session, webhook_id)
    delivery = _find(session, webhook_id, delivery_id)
    attempts = session.scalars(
        select(WebhookAttempt)
        .where(WebhookAttempt.delivery_id == delivery_id)
        .order_by(WebhookAttempt.id.desc())
        .limit(MOST_ATTEMPTS)
    )
    log = tuple(
        AttemptState(
            at=attempt.at,
            status_code=attempt.status_code,
            milliseconds=attempt.milliseconds,
            error=attempt.error,
            answer=attempt.answer,
        )
        for attempt in attempts
    )
    return DeliveryDetails(**_state(delivery).model_dump(), payload=delivery.payload, log=log)


def list_deliveries(
    session: Session,
    webhook_id: int,
    asked: Asked,
    *,
    status: DeliveryStatus | None = None,
    event: str | None = None,
) -> Page[DeliveryState]:
    """Raises NoSuchWebhook, WrongCursor, WrongSort."""
    find_webhook(session, webhook_id)
    found = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    if status is not None:
        found = found.where(WebhookDelivery.status == status)
    if event is not None:
        found = found.where(WebhookDelivery.event == event)
    return page(session, found, WebhookDelivery.id, SORTABLE, asked, _state)


def _enabled(session: Session, webhook_id: int) -> Webhook:
    webhook = find_webhook(session, webhook_id)
    if not webhook.enabled:
        raise Disabled(f"webhook {webhook_id} is disabled: enable it first")
    return webhook


def _find(session: Session, webhook_id: int, delivery_id: int, *, lock: bool = False) -> WebhookDelivery:
    delivery = find_row(session, WebhookDelivery, delivery_id, lock=lock)
    if delivery is None or delivery.webhook_id != webhook_id:
        raise NoSuchDelivery(f"webhook {webhook_id} has no delivery {delivery_id}")
    return delivery


def _state(delivery: WebhookDelivery) -> DeliveryState:
    return DeliveryState(
        id=delivery.id,
        webhook_id=delivery.webhook_id,
        event_id=delivery.event_id,
        event=delivery.event,
        status=delivery.status,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at if delivery.status == "pending" else None,
        expires_at=delivery.expires_at,
        last_status_code=delivery.last_status_code,
        last_error=delivery.last_error,
        delivered_at=delivery.delivered_at,
        created_at=delivery.created_at,
    )
