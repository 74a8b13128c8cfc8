"""What was spent, and what vendors still let us spend."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing


class VendorLimit(Base):
    """What a vendor still lets us buy. Belongs to no workspace, as the keys don't.

    asked_at: when somebody last took it upon them to ask. seen_at: when the vendor last said.
    """

    __tablename__ = "vendor_limits"

    vendor: Mapped[str] = mapped_column(String(50), primary_key=True)
    remaining: Mapped[Decimal | None]
    quota: Mapped[Decimal | None]
    unit: Mapped[str | None] = mapped_column(String(30))
    resets_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")


class PaidCallRow(Changing, Base):
    """The ledger: a call to a paid vendor, written down before it is made.

    status: begun, then done, refused or unknown. claimed_until: a begun call is being made, unless this has
    passed: then who made it is gone.
    """

    __tablename__ = "paid_calls"
    __table_args__ = (
        Index("ix_paid_calls_workspace_id_content_hash", "workspace_id", "content_hash"),
        Index(
            "ix_paid_calls_begun",
            "workspace_id",
            "content_hash",
            unique=True,
            postgresql_where=text("status = 'begun'"),
        ),
    )

    video_id: Mapped[int | None] = mapped_column(ForeignKey("videos.id"), index=True)
    step: Mapped[str | None] = mapped_column(String(50))
    vendor: Mapped[str] = mapped_column(String(50))
    operation: Mapped[str] = mapped_column(String(100))
    content_hash: Mapped[str] = mapped_column(String(64))
    request: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None] = mapped_column(String(30))
    price_usd: Mapped[Decimal | None]
    claimed_until: Mapped[datetime] = mapped_column(server_default=func.now())


class VendorSlot(Base):
    """One of the calls that a vendor takes at once; free when `held_until` has passed.

    Belongs to no workspace: the vendor counts the account's calls.
    """

    __tablename__ = "vendor_slots"

    vendor: Mapped[str] = mapped_column(String(50), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    holder: Mapped[str | None] = mapped_column(String(36))
    held_until: Mapped[datetime] = mapped_column(server_default=func.now())


class Invocation(Base):
    """The two lines that tell of a Lambda invocation, in any order: who it worked for, and its REPORT.

    Belongs to no workspace: once both are here, the cost entry is written in the right one.
    """

    __tablename__ = "invocations"

    request_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    function: Mapped[str] = mapped_column(String(100))
    workspace_id: Mapped[int | None]
    video_id: Mapped[int | None]
    step: Mapped[str | None] = mapped_column(String(50))
    report: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class CostEntry(Base):
    """Something that cost money, or would on AWS.

    reference: the Lambda request id or the paid call's id, so that the same cost is never written twice.
    workspace: NULL where nobody in particular is to pay, as for a migration.
    """

    __tablename__ = "cost_entries"
    __table_args__ = (UniqueConstraint("kind", "reference"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspaces.id"), index=True)
    video_id: Mapped[int | None] = mapped_column(Integer, index=True)
    step: Mapped[str | None] = mapped_column(String(50))
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(100))
    reference: Mapped[str] = mapped_column(String(100))
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None] = mapped_column(String(30))
    amount_usd: Mapped[Decimal] = mapped_column(default=Decimal(0))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
