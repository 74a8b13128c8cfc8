from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from shared.database import Database
from shared.database.models import Webhook, WebhookAttempt, WebhookDelivery
from shared.settings import Settings
from shared.webhooks import EventType, WebhookFields, WebhookState, add_webhook, announce, deliver_due
from tests.support.api import SECRETS_KEY
from tests.support.receiver import Receiver


@dataclass
class Hooks:
    """A workspace with webhooks, and the time of its deliveries."""

    database: Database
    workspace_id: int
    settings: Settings
    secrets: dict[int, str] = field(default_factory=dict)

    def add(self, url: str, *events: EventType) -> WebhookState:
        fields = WebhookFields(url=url, events=events or ("video.ready",))
        with self.database.workspace(self.workspace_id) as session:
            webhook = add_webhook(session, self.workspace_id, fields, self.settings)
        self.secrets[webhook.id] = webhook.secret or ""
        return webhook

    def announce(self, event: EventType = "video.ready", **data: Any) -> None:
        with self.database.workspace(self.workspace_id) as session:
            announce(session, self.workspace_id, event, data or {"video_id": 7})

    def deliver(self, **options: Any) -> int:
        return deliver_due(self.database, self.settings, **options)

    def rows(self) -> list[WebhookDelivery]:
        with self.database.workspace(self.workspace_id) as session:
            return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))

    def row(self) -> WebhookDelivery:
        [row] = self.rows()
        return row

    def log(self) -> list[WebhookAttempt]:
        with self.database.workspace(self.workspace_id) as session:
            return list(session.scalars(select(WebhookAttempt).order_by(WebhookAttempt.id)))

    def webhook(self) -> Webhook:
        with self.database.workspace(self.workspace_id) as session:
            return session.scalars(select(Webhook)).one()

    def pass_time(self, **columns: datetime) -> None:
        """What waits is due now. columns: other times that pass."""
        with self.database.workspace(self.workspace_id) as session:
            session.execute(update(WebhookDelivery).values(next_attempt_at=datetime.now(UTC), **columns))


@pytest.fixture(autouse=True)
def alone(nothing_to_send: None) -> None:
    """Nothing of others is sent."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as served:
        yield served


@pytest.fixture
def make_hooks(database: Database, workspace_id: int, tmp_path: Path) -> Callable[..., Hooks]:
    """For receivers, by their `host:port`."""

    def make(*pairs: str) -> Hooks:
        settings = Settings(leadreel_home=tmp_path, secrets_key=SECRETS_KEY, webhook_allow_hosts=pairs)
        return Hooks(database, workspace_id, settings)

    return make


@pytest.fixture
def hooks(make_hooks: Callable[..., Hooks], receiver: Receiver) -> Hooks:
    return make_hooks(receiver.pair)
