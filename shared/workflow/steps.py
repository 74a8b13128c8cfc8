"""The row of each step: when it began, how far it is, when it was done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from shared.database import Database
from shared.database.models import Video, VideoStep
from shared.workflow.names import StepName


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

    `result` may already say what it works on, for whoever watches.
    """
    with database.workspace(workspace_id) as session:
        row = session.get_one(VideoStep, (video_id, name), with_for_update=True)
        if row.status != "processing" or row.started_at is None:
            row.started_at, row.progress = datetime.now(UTC), 0.0
        row.status, row.reason = "processing", None
        row.result = result if result is not None else row.result
        session.execute(
            update(Video).where(Video.id == video_id, Video.status == "pending").values(status="processing")
        )
        return row.started_at


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
        session.execute(
            update(Video)
            .where(Video.id == video_id, Video.status.in_(("pending", "processing")), ~unfinished.exists())
            .values(status="completed", completed_at=finished_at)
        )
