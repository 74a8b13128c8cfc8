"""Events, written down for every webhook that wants them, in the transaction that makes them true."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database.models import Webhook, WebhookDelivery
from shared.retrying import KEEP_TRYING

EventType = Literal["video.ready", "video.failed", "video.viewed", "batch.finished"]
PING: Literal["ping"] = "ping"
"""Sent to one webhook when somebody asks for it; nobody subscribes to it."""
DeliveryEvent = Literal[EventType, "ping"]
"""What a webhook may have been told."""


def announce(session: Session, workspace_id: int, event: EventType, *events: Mapping[str, Any]) -> None:
    """Queue events for the workspace's webhooks. events: of each ids and links as JSON, nothing secret."""
    wanting = (
        select(Webhook)
        .where(Webhook.enabled, Webhook.events.contains([event]))
        # one that is being deleted must not take the caller's transaction with it
        .with_for_update(read=True, key_share=True)
    )
    webhooks = session.scalars(wanting).all()
    for data in events:
        event_id = str(uuid.uuid4())
        session.add_all(queued(workspace_id, webhook.id, event_id, event, data) for webhook in webhooks)


def queued(
    workspace_id: int, webhook_id: int, event_id: str, event: str, data: Mapping[str, Any]
) -> WebhookDelivery:
    """A delivery that is due at once."""
    now = datetime.now(UTC)
    return WebhookDelivery(
        workspace_id=workspace_id,
        webhook_id=webhook_id,
        event_id=event_id,
        event=event,
        payload={
            "id": event_id,
            "type": event,
            "created_at": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
            "data": dict(data),
        },
        status="pending",
        attempts=0,
        next_attempt_at=now,
        expires_at=now + KEEP_TRYING,
    )
