"""Recording and voice put together, and the clips that videos share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing


class ComposedVideo(Changing, Base):
    __tablename__ = "composed_videos"

    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    screen_recording_id: Mapped[int | None] = mapped_column(ForeignKey("screen_recordings.id"))
    voiceover_id: Mapped[int | None] = mapped_column(ForeignKey("voiceovers.id"))
    video_file_path: Mapped[str | None]
    thumbnail_path: Mapped[str | None]
    captions_path: Mapped[str | None]
    preview_path: Mapped[str | None]
    duration_seconds: Mapped[float | None]
    resolution: Mapped[str] = mapped_column(String(20))
    format: Mapped[str] = mapped_column(String(10), default="mp4")
    file_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    quality_versions: Mapped[list[Any]] = mapped_column(default=list)
    branding_applied: Mapped[bool] = mapped_column(default=False)
    has_intro: Mapped[bool] = mapped_column(default=False)
    processing_time_seconds: Mapped[float | None]
    certificate: Mapped[dict[str, Any] | None]
    status: Mapped[str] = mapped_column(String(50), default="pending")
    reason: Mapped[str | None]


class ClipClaim(Base):
    """Somebody is encoding a clip (its storage prefix); nobody any more once `held_until` has passed."""

    __tablename__ = "clip_claims"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    clip: Mapped[str] = mapped_column(String(200), primary_key=True)
    holder: Mapped[str] = mapped_column(String(36))
    held_until: Mapped[datetime]


class PublishedClip(Base):
    """A clip that playlists refer to. key: in storage; the object is there while the row is."""

    __tablename__ = "published_clips"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ClipUse(Base):
    """A composed video whose playlists refer to a published clip."""

    __tablename__ = "clip_uses"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "key"], ["published_clips.workspace_id", "published_clips.key"]
        ),
    )

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    composed_video_id: Mapped[int] = mapped_column(
        ForeignKey("composed_videos.id"), primary_key=True, index=True
    )


class CompositionJob(Changing, Base):
    """A composition's work: how many clips it needed and how many it had to encode."""

    __tablename__ = "composition_jobs"

    composed_video_id: Mapped[int] = mapped_column(
        ForeignKey("composed_videos.id", ondelete="CASCADE"), index=True
    )
    status: Mapped[str] = mapped_column(String(50), default="pending")
    clips_total: Mapped[int] = mapped_column(default=0)
    clips_encoded: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    reason: Mapped[str | None]
