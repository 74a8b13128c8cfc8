"""Videos that a crash left behind: a row that waits, for an execution that never was or has ended."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from local.journal import enqueue, read_execution
from shared.database import Database
from shared.database.models import Video
from shared.videos import UNENDED, Failure, execution_input, execution_name, fail_video

MACHINE = "pipeline"


def start_execution(app_url: str, asked: dict[str, Any], attempt: int = 1) -> str:
    """Start the pipeline for a video, once however often it is asked. Returns the execution's name."""
    name = execution_name(asked["video_id"], attempt)
    enqueue(app_url, MACHINE, name, asked)
    return name


def settle_unended(database: Database, workspace_id: int, app_url: str) -> None:
    """Start what was never started; write down the end of what ended without telling its video."""
    with database.workspace(workspace_id) as session:
        waiting = session.scalars(select(Video).where(Video.status.in_(UNENDED)).order_by(Video.id)).all()
    for video in waiting:
        execution = read_execution(app_url, execution_name(video.id, video.attempt))
        if execution is None:
            start_execution(app_url, execution_input(video), video.attempt)
        elif execution.status != "RUNNING" and _still_waits(database, workspace_id, video):
            reason = execution.cause or execution.error or "the pipeline was ended"
            failure = Failure(step="pipeline", error=execution.error or "", reason=reason)
            fail_video(workspace_id, video.id, failure, database)


def _still_waits(database: Database, workspace_id: int, video: Video) -> bool:
    """Asked once its execution has ended: by then a video that is ready says so."""
    with database.workspace(workspace_id) as session:
        now = session.get_one(Video, video.id)
        return now.status in UNENDED and now.attempt == video.attempt
