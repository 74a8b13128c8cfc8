"""Rows that wait to be sent, of all workspaces: one sender takes each.

Their tables have `status` (pending until it has ended) and `next_attempt_at`, and a policy `due` that shows
them to whoever asks for what is due. A sender that dies says nothing, so what it took is due again once its
lease has passed: what is sent may be sent twice.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from shared.database.sessions import Database

if TYPE_CHECKING:
    from shared.database.models import Mail, WebhookDelivery

Sent = TypeVar("Sent", "Mail", "WebhookDelivery")


def due(
    database: Database, model: type[Sent], limit: int, *narrower: ColumnElement[bool]
) -> list[tuple[int, int]]:
    """(row, workspace), what has waited longest first. Raises DatabaseUnreachable."""
    found = (
        select(model.id, model.workspace_id)
        .where(model.status == "pending", model.next_attempt_at <= datetime.now(UTC), *narrower)
        .order_by(model.next_attempt_at)
        .limit(limit)
    )
    with database.transaction() as session:
        session.execute(text("SELECT set_config('leadreel.due', 'on', true)"))
        return [(row.id, row.workspace_id) for row in session.execute(found)]


def take(session: Session, model: type[Sent], row_id: int) -> Sent | None:
    """The row, locked, if it is still due and nobody else has it."""
    still = (model.id == row_id, model.status == "pending", model.next_attempt_at <= datetime.now(UTC))
    return session.scalars(select(model).where(*still).with_for_update(skip_locked=True)).first()
