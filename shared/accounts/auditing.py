"""The audit log: every change, by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database.models import AuditEntry
from shared.database.paging import Asked, Page, Sortable, page
from shared.values import Value

SORTABLE: Sortable = {"id": AuditEntry.id, "created_at": AuditEntry.created_at, "actor": AuditEntry.actor}


class AuditLine(Value):
    """A change. resource: the path of what was changed. changes: what was given, without secrets."""

    id: int
    actor: str
    role: str
    operation: str
    resource: str | None
    changes: dict[str, Any]
    request_id: str
    created_at: datetime


def list_changes(
    session: Session, asked: Asked, *, actor: str | None = None, resource: str | None = None
) -> Page[AuditLine]:
    """Raises WrongCursor, WrongSort."""
    found = select(AuditEntry)
    if actor is not None:
        found = found.where(AuditEntry.actor == actor)
    if resource is not None:
        found = found.where(AuditEntry.resource == resource)
    return page(session, found, AuditEntry.id, SORTABLE, asked, _line)


def _line(entry: AuditEntry) -> AuditLine:
    return AuditLine.model_validate(entry, from_attributes=True)
