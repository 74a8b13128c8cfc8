"""Tours of pages, filmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing, Owned


class ScreenRecording(Changing, Base):
    """quality: the report on what was filmed (`shared.recording.QualityReport`), with its verdict."""

    __tablename__ = "screen_recordings"

    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    demo_site_id: Mapped[int | None] = mapped_column(ForeignKey("demo_sites.id"))
    url_recorded: Mapped[str]
    video_file_path: Mapped[str | None]
    duration_seconds: Mapped[float | None]
    resolution: Mapped[str] = mapped_column(String(50), default="1920x1080")
    file_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(50), default="pending")
    reason: Mapped[str | None]
    recording_config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quality: Mapped[dict[str, Any]] = mapped_column(default=dict)


class RecordingSession(Owned, Base):
    """One scene's filming: by which request and browser, when, how many frames, how many of them unique."""

    __tablename__ = "recording_sessions"

    screen_recording_id: Mapped[int] = mapped_column(
        ForeignKey("screen_recordings.id", ondelete="CASCADE"), index=True
    )
    job: Mapped[str]
    request_id: Mapped[str]
    browser_version: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    frame_count: Mapped[int]
    unique_frame_count: Mapped[int]


class RecordingSegment(Owned, Base):
    """A scene of a recording: where in the video it stands and where its frames are kept."""

    __tablename__ = "recording_segments"
    __table_args__ = (UniqueConstraint("screen_recording_id", "position"),)

    screen_recording_id: Mapped[int] = mapped_column(ForeignKey("screen_recordings.id", ondelete="CASCADE"))
    position: Mapped[int]
    job: Mapped[str]
    first_frame: Mapped[int]
    frame_count: Mapped[int]
    scene_type: Mapped[str] = mapped_column(String(20))
