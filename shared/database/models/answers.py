"""What requests leave behind: lines of the audit log, answers that are kept, and what is taken of budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Owned


class AuditEntry(Owned, Base):
    """A change, by whom, to what. changes: the fields that were given, without secrets."""

    __tablename__ = "audit_entries"

    actor: Mapped[str] = mapped_column(String(300))
    role: Mapped[str] = mapped_column(String(20))
    operation: Mapped[str] = mapped_column(String(100))
    resource: Mapped[str | None] = mapped_column(String(300), index=True)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[str] = mapped_column(String(100))


class KeptAnswer(Base):
    """What a request with an Idempotency-Key was answered. It is written with what the request changed.

    busy_until: until then somebody may still be waiting for a better answer.
    """

    __tablename__ = "kept_answers"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    operation: Mapped[str] = mapped_column(String(100))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[str] = mapped_column(default="")
    busy_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class RequestBudget(Base):
    """What is taken of a minute's budget of requests. minute: since 1970. Belongs to no workspace.

    It is not written to the log of Postgres: after a crash, everybody's minute begins anew.
    """

    __tablename__ = "request_budgets"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    bucket: Mapped[str] = mapped_column(String(100), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger, index=True)
    taken: Mapped[int]
