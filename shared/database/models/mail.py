"""Mail to leads, and whether it was sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Owned


class Mail(Owned, Base):
    """A mail with a hosted video: pending, then sent or failed.

    next_attempt_at: until then, nobody else sends it. message_id: what whoever sent it (`sent_by`) calls it.
    """

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),)

    hosted_video_id: Mapped[int] = mapped_column(
        ForeignKey("hosted_videos.id", ondelete="CASCADE"), index=True
    )
    to_email: Mapped[str]
    subject: Mapped[str]
    message: Mapped[str]
    status: Mapped[str] = mapped_column(String(20), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reason: Mapped[str | None]
    sent_by: Mapped[str | None] = mapped_column(String(20))
    message_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
