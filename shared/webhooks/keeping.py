"""Webhooks in the tables. Every function works in the caller's transaction, inside a workspace.

A secret is sealed before it is stored, and is said once: when it was made.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.finding import find_row
from shared.database.models import Webhook
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import Conflict, NotFound
from shared.sealing import sealer_of_secrets
from shared.settings import Settings
from shared.values import Given, Length, Text, Value
from shared.webhooks.addresses import Url, check_address
from shared.webhooks.announcing import EventType
from shared.webhooks.signing import new_secret

SORTABLE: Sortable = {"id": Webhook.id, "created_at": Webhook.created_at}
MOST = 50
FORMER_SIGNS_FOR = timedelta(hours=24)

Events = Annotated[
    tuple[EventType, ...],
    Field(min_length=1, max_length=20),
    AfterValidator(lambda events: tuple(dict.fromkeys(events))),
]
Description = Annotated[Text, Length(300)]


class NoSuchWebhook(NotFound):
    """There is no webhook with that id in this workspace."""


class TooManyWebhooks(Conflict):
    """The workspace has as many as it may have."""


class WebhookChanges(Given):
    """What is to change: fields that are left out stay, and null takes the description away."""

    url: Url = ""
    events: Events = ()
    description: Description | None = None
    enabled: bool = True


class WebhookFields(WebhookChanges):
    """A webhook as it is given."""

    url: Url
    events: Events


class WebhookState(Value):
    """disabled_reason: why it was disabled, if nobody did it by hand. secret: said once, when it was made."""

    id: int
    url: str
    events: tuple[str, ...]
    description: str | None
    enabled: bool
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime
    secret: str | None = None


def add_webhook(
    session: Session, workspace_id: int, fields: WebhookFields, settings: Settings
) -> WebhookState:
    """Raises NotAllowed, TooManyWebhooks, CannotUnseal."""
    check_address(fields.url, settings.webhook_allow_hosts)
    if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST:
        raise TooManyWebhooks(f"there are {MOST} webhooks: delete one first")
    secret = new_secret()
    sealed = sealer_of_secrets(settings.secrets_key).seal(secret)
    webhook = Webhook(workspace_id=workspace_id, secret=sealed, **_columns(fields.model_dump()))
    session.add(webhook)
    session.flush()
    return _state(webhook).model_copy(update={"secret": secret})


def change_webhook(
    session: Session, webhook_id: int, changes: WebhookChanges, settings: Settings
) -> WebhookState:
    """Raises NoSuchWebhook, NotAllowed."""
    webhook = find_webhook(session, webhook_id, lock=True)
    given = changes.model_dump(exclude_unset=True)
    if "url" in given:
        check_address(given["url"], settings.webhook_allow_hosts)
    if "enabled" in given:
        webhook.disabled_reason = None
    for name, value in _columns(given).items():
        setattr(webhook, name, value)
    session.flush()
    session.refresh(webhook)
    return _state(webhook)


def rotate_secret(session: Session, webhook_id: int, settings: Settings) -> WebhookState:
    """A new secret; the one before signs as well for a day. Raises NoSuchWebhook, CannotUnseal."""
    webhook = find_webhook(session, webhook_id, lock=True)
    secret = new_secret()
    webhook.former_secret, webhook.former_until = webhook.secret, datetime.now(UTC) + FORMER_SIGNS_FOR
    webhook.secret = sealer_of_secrets(settings.secrets_key).seal(secret)
    session.flush()
    session.refresh(webhook)
    return _state(webhook).model_copy(update={"secret": secret})


def read_webhook(session: Session, webhook_id: int, *, lock: bool = False) -> WebhookState:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchWebhook."""
    return _state(find_webhook(session, webhook_id, lock=lock))


def delete_webhook(session: Session, webhook_id: int) -> None:
    """With its deliveries. Raises NoSuchWebhook."""
    session.delete(find_webhook(session, webhook_id, lock=True))
    session.flush()


def list_webhooks(session: Session, asked: Asked) -> Page[WebhookState]:
    """Raises WrongCursor, WrongSort."""
    return page(session, select(Webhook), Webhook.id, SORTABLE, asked, _state)


def find_webhook(session: Session, webhook_id: int, *, lock: bool = False) -> Webhook:
    """Raises NoSuchWebhook; another workspace's are none."""
    webhook = find_row(session, Webhook, webhook_id, lock=lock)
    if webhook is None:
        raise NoSuchWebhook(f"there is no webhook {webhook_id}")
    return webhook


def _columns(given: dict[str, object]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def _state(webhook: Webhook) -> WebhookState:
    return WebhookState(
        id=webhook.id,
        url=webhook.url,
        events=tuple(webhook.events),
        description=webhook.description,
        enabled=webhook.enabled,
        disabled_reason=webhook.disabled_reason,
        created_at=webhook.created_at,
        updated_at=webhook.updated_at,
    )
