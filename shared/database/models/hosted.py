"""Videos under an address, and who watched them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing, Owned


class HostedVideo(Changing, Base):
    """loom: of what lies at Loom, what is known of it (`shared.hosting.LoomVideo`)."""

    __tablename__ = "hosted_videos"

    composed_video_id: Mapped[int | None] = mapped_column(ForeignKey("composed_videos.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    hosting_provider: Mapped[str] = mapped_column(String(50))
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    share_url: Mapped[str]
    embed_url: Mapped[str]
    thumbnail_url: Mapped[str | None]
    loom: Mapped[dict[str, Any] | None]
    title: Mapped[str]
    description: Mapped[str | None]
    tags: Mapped[list[Any]] = mapped_column(default=list)
    privacy: Mapped[str] = mapped_column(String(20), default="unlisted")
    password_hash: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    download_enabled: Mapped[bool] = mapped_column(default=False)
    analytics_enabled: Mapped[bool] = mapped_column(default=True)
    view_count: Mapped[int] = mapped_column(default=0)
    unique_viewers: Mapped[int] = mapped_column(default=0)
    avg_watch_percentage: Mapped[float | None]
    total_cost_usd: Mapped[Decimal] = mapped_column(default=Decimal(0))
    status: Mapped[str] = mapped_column(String(50), default="pending")
    reason: Mapped[str | None]


class VideoView(Owned, Base):
    """One viewing: what was watched, by whom as far as that is known, and how it is classified."""

    __tablename__ = "video_views"
    __table_args__ = (UniqueConstraint("workspace_id", "view_id"),)

    hosted_video_id: Mapped[int] = mapped_column(
        ForeignKey("hosted_videos.id", ondelete="CASCADE"), index=True
    )
    view_id: Mapped[str] = mapped_column(UUID(as_uuid=False))
    viewer_hash: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime]
    watched: Mapped[list[Any]] = mapped_column(default=list)
    watched_seconds: Mapped[float] = mapped_column(default=0.0)
    country: Mapped[str | None] = mapped_column(String(2))
    device: Mapped[str | None] = mapped_column(String(20))
    classification: Mapped[str] = mapped_column(String(30), default="unclassified")
    classification_reason: Mapped[str | None]
