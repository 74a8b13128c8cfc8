"""The row of each step: when it began, how far it is, when it was done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import Video, VideoStep
from shared.errors import Permanent
from shared.workflow.ends import end_videos
from shared.workflow.names import StepName

STOPPED = ("cancelled", "rejected", "deleting")
"""Statuses of a video that nobody wants any more: whatever still works on it stops, and buys nothing."""


class VideoStopped(Permanent):
    """Nobody wants the video any more."""


def check_wanted(session: Session, video_id: int) -> None:
    """Raises VideoStopped. Whoever stops the video meanwhile waits until the transaction ends."""
    status = session.scalar(
        select(Video.status).where(Video.id == video_id).with_for_update(read=True, key_share=True)
    )
    if status in STOPPED:
        raise VideoStopped(f"video {video_id} is {status}")


def _write(database: Database, workspace_id: int, video_id: int, name: StepName, **columns: Any) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            update(VideoStep).where(VideoStep.video_id == video_id, VideoStep.name == name).values(**columns)
        )


def result_of(database: Database, workspace_id: int, video_id: int, name: StepName) -> dict[str, Any] | None:
    """What the step handed on, if it is done."""
    with database.workspace(workspace_id) as session:
        row = session.get_one(VideoStep, (video_id, name))
        return (row.result or {}) if row.status == "completed" else None


def begin_step(
    database: Database,
    workspace_id: int,
    video_id: int,
    name: StepName,
    result: dict[str, Any] | None = None,
) -> datetime:
    """The step runs; returns since when, which stays if it was begun before.

    `result` may already say what it works on, for whoever watches. Raises VideoStopped.
    """
    with database.workspace(workspace_id) as session:
        session.execute(select(Video.id).where(Video.id == video_id).with_for_update(key_share=True))
        check_wanted(session, video_id)
        row = session.get_one(VideoStep, (video_id, name), with_for_update=True)
        if row.status != "processing" or row.started_at is None:
            row.started_at, row.progress = datetime.now(UTC), 0.0
        row.status, row.reason = "processing", None
        row.result = result if result is not None else row.result
        session.execute(
            update(Video)
            .where(Video.id == video_id, Video.status.in_(("pending", "waiting_approval")))
            .values(status="processing")
        )
        return row.started_at


def shelve_step(database: Database, workspace_id: int, video_id: int, name: StepName) -> None:
    """The step has done nothing yet, and waits for somebody."""
    _write(database, workspace_id, video_id, name, status="pending", started_at=None, progress=0.0)


def note_work(
    database: Database, workspace_id: int, video_id: int, name: StepName, result: dict[str, Any]
) -> None:
    """What a step that has not begun will work on, for whoever watches."""
    _write(database, workspace_id, video_id, name, result=result)


def report_progress(
    database: Database, workspace_id: int, video_id: int, name: StepName, progress: float
) -> None:
    """How far a running step is, from 0 to 1."""
    _write(database, workspace_id, video_id, name, progress=min(max(progress, 0.0), 1.0))


def settle_step(
    database: Database,
    workspace_id: int,
    video_id: int,
    name: StepName,
    started_at: datetime,
    finished_at: datetime,
    result: dict[str, Any] | None = None,
) -> None:
    """The step is done; one without a database is settled by the next that has it.

    With the last of them, the run is done.
    """
    with database.workspace(workspace_id) as session:
        row = session.get_one(VideoStep, (video_id, name), with_for_update=True)
        row.status, row.progress, row.reason = "completed", 1.0, None
        row.started_at, row.finished_at = started_at, finished_at
        row.seconds = (finished_at - started_at).total_seconds()
        row.result = result or {}
        session.flush()
        unfinished = select(VideoStep.name).where(
            VideoStep.video_id == video_id, VideoStep.status != "completed"
        )
        works = Video.status.in_(("pending", "processing"))
        done = and_(Video.id == video_id, works, ~unfinished.exists())
        end_videos(session, done, "completed", finished_at, turn=None)
