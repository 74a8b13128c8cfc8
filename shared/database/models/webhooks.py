"""Whom we tell what happened, and how that went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing, Owned


class Webhook(Changing, Base):
    """Whom to tell of which events.

    secret: sealed; so is `former_secret`, which signs as well until `former_until`.
    disabled_reason: why we disabled it, if we did.
    """

    __tablename__ = "webhooks"

    url: Mapped[str]
    description: Mapped[str | None]
    events: Mapped[list[Any]]
    secret: Mapped[str]
    former_secret: Mapped[str | None]
    former_until: Mapped[datetime | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None]


class WebhookDelivery(Owned, Base):
    """An event that a webhook is to be told: pending, then delivered or failed.

    attempts: since it was queued, the last time by hand. next_attempt_at: until then, nobody else sends it.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_webhook_deliveries_ended", "expires_at", postgresql_where=text("status <> 'pending'")),
    )

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[str] = mapped_column(UUID(as_uuid=False))
    event: Mapped[str] = mapped_column(String(50))
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(20), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_status_code: Mapped[int | None]
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]


class WebhookAttempt(Base):
    """One request of a delivery, and what came of it. answer: how its body begins."""

    __tablename__ = "webhook_attempts"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    status_code: Mapped[int | None]
    milliseconds: Mapped[int]
    error: Mapped[str | None]
    answer: Mapped[str | None]
