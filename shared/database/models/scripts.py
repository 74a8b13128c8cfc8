"""What is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing, Owned


class VideoScript(Changing, Base):
    __tablename__ = "video_scripts"

    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    script_style: Mapped[str] = mapped_column(String(50))
    language: Mapped[str] = mapped_column(String(10), default="en", server_default="en")
    sections: Mapped[list[Any]] = mapped_column(default=list)
    total_duration_seconds: Mapped[float]
    target_audience: Mapped[str | None]
    key_messages: Mapped[list[Any]] = mapped_column(default=list)
    ai_model_used: Mapped[str | None] = mapped_column(String(100))
    ai_cost: Mapped[Decimal | None]
    is_approved: Mapped[str] = mapped_column(String(50), default="pending")
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(50), default="processing")
    reason: Mapped[str | None]


class VideoScriptVersion(Owned, Base):
    """A script as it was before an edit. author: who edited it then."""

    __tablename__ = "video_script_versions"
    __table_args__ = (UniqueConstraint("video_script_id", "version"),)

    video_script_id: Mapped[int] = mapped_column(ForeignKey("video_scripts.id"))
    version: Mapped[int]
    sections: Mapped[list[Any]]
    is_approved: Mapped[str] = mapped_column(String(50))
    author: Mapped[str | None] = mapped_column(String(300))
