"""Videos that a crash left behind: a row that waits, for an execution that never was or has ended."""

from __future__ import annotations

from sqlalchemy import select

from local.journal import enqueue, read_execution
from shared.database import Database
from shared.database.models import Video
from shared.videos import UNENDED, Execution, Failure, execution_of, fail_video


def start_execution(app_url: str, execution: Execution) -> None:
    """Start a run, once however often it is asked."""
    enqueue(app_url, execution.machine, execution.name, execution.value)


def settle_unended(database: Database, workspace_id: int, app_url: str) -> None:
    """Start what was never started; write down the end of what ended without telling its video."""
    with database.workspace(workspace_id) as session:
        waiting = session.scalars(select(Video).where(Video.status.in_(UNENDED)).order_by(Video.id)).all()
    for video in waiting:
        asked = execution_of(video)
        execution = read_execution(app_url, asked.name)
        if execution is None:
            start_execution(app_url, asked)
        elif execution.status != "RUNNING" and _still_waits(database, workspace_id, video):
            reason = execution.cause or execution.error or "the pipeline was ended"
            failure = Failure(step="pipeline", error=execution.error or "", reason=reason)
            fail_video(workspace_id, video.id, failure, database)


def _still_waits(database: Database, workspace_id: int, video: Video) -> bool:
    """Asked once its execution has ended: by then a video that is ready says so."""
    with database.workspace(workspace_id) as session:
        now = session.get_one(Video, video.id)
        return now.status in UNENDED and now.attempt == video.attempt
