"""Videos that were asked for, and their steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing


class Video(Changing, Base):
    """One run of a state machine for one lead. `options` is what was asked (style, duration, key messages …).

    operation: `video` for all of it, else the one part that was asked for (`shared.videos.Operation`).
    attempt: how often its state machine was started. turn: what is still to be done about that for a video
    of a batch, `start` or `stop`; None for nothing. tended_at: when somebody last saw to it that the run
    stands as its state machine does; at first, when it was asked for.
    """

    __tablename__ = "videos"
    __table_args__ = (
        Index(
            "ix_videos_to_tend",
            "tended_at",
            postgresql_where=text("status IN ('pending', 'processing', 'waiting_approval')"),
        ),
        Index("ix_videos_turn", "batch_id", postgresql_where=text("turn IS NOT NULL")),
    )

    operation: Mapped[str] = mapped_column(String(20), default="video", server_default="video", index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    turn: Mapped[str | None] = mapped_column(String(10))
    demo_site_id: Mapped[int | None] = mapped_column(ForeignKey("demo_sites.id"))
    url: Mapped[str]
    options: Mapped[dict[str, Any]]
    page_job: Mapped[str]
    status: Mapped[str] = mapped_column(String(50), default="pending", index=True)
    attempt: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    tended_at: Mapped[datetime] = mapped_column(server_default=func.now())
    failed_step: Mapped[str | None]
    reason: Mapped[str | None]
    video_script_id: Mapped[int | None] = mapped_column(ForeignKey("video_scripts.id"))
    voiceover_id: Mapped[int | None] = mapped_column(ForeignKey("voiceovers.id"))
    screen_recording_id: Mapped[int | None] = mapped_column(ForeignKey("screen_recordings.id"))
    composed_video_id: Mapped[int | None] = mapped_column(ForeignKey("composed_videos.id"))
    hosted_video_id: Mapped[int | None] = mapped_column(ForeignKey("hosted_videos.id"))
    completed_at: Mapped[datetime | None]


class VideoStep(Base):
    """A step of a video's pipeline. progress: 0 to 1 within the step. result: what it handed to the next."""

    __tablename__ = "video_steps"

    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True)
    position: Mapped[int]
    status: Mapped[str] = mapped_column(String(50), default="pending")
    progress: Mapped[float] = mapped_column(default=0.0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    reason: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]


class Approval(Base):
    """What a person decides on before a video's voice is bought: its script, or a sample of the voice.

    status: pending, approved, rejected, expired; of a script, `VideoScript.is_approved` says which of the
    first three. stale: the script was edited while the voice waited, which is asked anew. task_token: of the
    pipeline, which waits for an answer. sample: of the voice, {audio_key, text, duration_seconds}.
    """

    __tablename__ = "approvals"

    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True)
    status: Mapped[str] = mapped_column(String(20), default="pending")
    task_token: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(300))
    reason: Mapped[str | None]
    sample: Mapped[dict[str, Any] | None]
