"""Videos that were asked for together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing


class Batch(Changing, Base):
    """Videos that were asked for together, one for each of many leads.

    status: pending, processing, and once its videos have all ended completed, failed or cancelled.
    attempt: how often the state machine that gives its videos their turns was started anew.
    """

    __tablename__ = "batches"

    name: Mapped[str | None]
    status: Mapped[str] = mapped_column(String(50), default="pending", index=True)
    attempt: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    completed_at: Mapped[datetime | None]
