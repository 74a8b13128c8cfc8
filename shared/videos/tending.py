"""Runs whose rows and whose executions tell different stories, since somebody died between the two.

Rows are written first: an execution that was to be started, or an answer that was to be sent, may be missing.
An execution that ended without its last step (its time was over, or somebody stopped it by hand) has told
nobody.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, select, update

from shared.database import Database
from shared.database.models import Video
from shared.database.pruning import tending
from shared.observability import logger
from shared.videos.approving import answers_due, send
from shared.videos.failing import Failure, read_failure, write_failure
from shared.videos.runs import execution_of
from shared.workflow import UNENDED
from shared.workflow.executions import CannotReach, CannotStart, Executions, Standing

TEND_AFTER = timedelta(minutes=5)
"""How long a run is left alone after it was asked for or looked after."""
MOST = 200
PIPELINE = "pipeline"
"""The step that is named when no step of its own told why it ended."""

Deed = Literal["started", "ended", "answered", "unreached"]


def runs_due(database: Database, after: timedelta = TEND_AFTER, most: int = MOST) -> list[tuple[int, int]]:
    """(workspace, run) of runs without an end that nobody looked after for so long, longest first.

    Raises DatabaseUnreachable.
    """
    found = select(Video.workspace_id, Video.id).where(_is_due(after)).order_by(Video.tended_at).limit(most)
    with tending(database) as session:
        return [(row.workspace_id, row.id) for row in session.execute(found)]


def tend_runs(
    database: Database, executions: Executions, until: float, *, after: timedelta = TEND_AFTER
) -> Counter[str]:
    """Put right what is due, as far as time allows; how many were what.

    until: of `time.monotonic()`, after which no run is begun. Raises DatabaseUnreachable.
    """
    done: Counter[str] = Counter()
    for workspace_id, run_id in runs_due(database, after):
        if time.monotonic() >= until:
            break
        if not _claim(database, workspace_id, run_id, after):
            continue
        try:
            deed: Deed | None = tend_run(database, executions, workspace_id, run_id)
        except (CannotReach, CannotStart) as error:
            logger().warning("run not reached", workspace_id=workspace_id, video_id=run_id, why=str(error))
            deed = "unreached"
        if deed is not None:
            done[deed] += 1
    return done


def tend_run(database: Database, executions: Executions, workspace_id: int, run_id: int) -> Deed | None:
    """Start, end or answer one run, if that is missing; to do it twice changes nothing.

    Raises CannotReach, CannotStart, DatabaseUnreachable.
    """
    with database.workspace(workspace_id) as session:
        run = session.get(Video, run_id)
        if run is None or run.status not in UNENDED:
            return None
        attempt, execution = run.attempt, execution_of(run)
        former = execution_of(run, attempt - 1) if attempt > 1 else None
        answers = answers_due(session, video_id=run_id)
    standing = executions.look(execution.machine, execution.name)
    if standing is None:
        if former is not None:  # had cancelling reached the rows but not the execution
            executions.stop(former.machine, former.name, "tried again")
        executions.start(*execution)
        deed: Deed | None = "started"
    elif standing.status != "RUNNING":
        deed = "ended" if _end(database, workspace_id, run_id, attempt, standing) else None
    else:
        deed = "answered" if send(executions, answers) else None
    if deed is not None:
        logger().warning("run put right", workspace_id=workspace_id, video_id=run_id, deed=deed)
    return deed


def failure_of(standing: Standing) -> Failure:
    """Why a run failed whose execution has ended without saying so."""
    if standing.status == "FAILED":
        return read_failure({PIPELINE: {"Error": standing.error, "Cause": standing.cause}})
    reason = {
        "TIMED_OUT": "it took too long as a whole and was stopped",
        "ABORTED": "it was stopped from outside",
    }.get(standing.status, "it came to its end, and a step had not")
    if standing.cause:
        reason += f": {standing.cause}"
    return Failure(step=PIPELINE, error=standing.error, reason=reason)


def _is_due(after: timedelta) -> ColumnElement[bool]:
    """Those of a batch that wait for their turn are their batch's."""
    return and_(Video.status.in_(UNENDED), Video.turn.is_(None), Video.tended_at <= func.now() - after)


def _claim(database: Database, workspace_id: int, run_id: int, after: timedelta) -> bool:
    """Whether it is ours to look after; nobody else does for a while, and one that can't be helped waits."""
    with database.workspace(workspace_id) as session:
        due = select(Video.id).where(Video.id == run_id, _is_due(after)).with_for_update(skip_locked=True)
        if session.scalar(due) is None:
            return False
        tended = {"tended_at": func.now(), "updated_at": Video.updated_at}  # for those who use it, no change
        session.execute(update(Video).where(Video.id == run_id).values(tended))
        return True


def _end(database: Database, workspace_id: int, run_id: int, attempt: int, standing: Standing) -> bool:
    """Asked once more, under lock: a run that its execution has brought to its end says so by now."""
    with database.workspace(workspace_id) as session:
        run = session.get(Video, run_id, with_for_update=True)
        if run is None or run.status not in UNENDED or run.attempt != attempt:
            return False
        write_failure(session, run, failure_of(standing))
        return True
