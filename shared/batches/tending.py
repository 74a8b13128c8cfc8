"""Batches whose videos wait for their turns, while nothing is left that gives them any."""

from __future__ import annotations

import time
from collections import Counter

from sqlalchemy import func, select

from shared.batches.starting import execution_of_batch
from shared.database import Database
from shared.database.models import Video
from shared.database.pruning import tending
from shared.observability import logger
from shared.workflow import lock_batch
from shared.workflow.executions import CannotReach, CannotStart, Executions

MOST = 200


def batches_turning(database: Database, most: int = MOST) -> list[tuple[int, int]]:
    """(workspace, batch) of those that have turns left; any, if there are more, so that none is left out for
    ever. Raises DatabaseUnreachable.
    """
    every = select(Video.workspace_id, Video.batch_id).where(Video.turn.is_not(None)).distinct().subquery()
    found = select(every).order_by(func.random()).limit(most)
    with tending(database) as session:
        return [(row.workspace_id, row.batch_id) for row in session.execute(found)]


def tend_batches(database: Database, executions: Executions, until: float) -> Counter[str]:
    """Start what is not at work, as far as time allows; how many were what.

    until: of `time.monotonic()`. Raises DatabaseUnreachable.
    """
    done: Counter[str] = Counter()
    for workspace_id, batch_id in batches_turning(database):
        if time.monotonic() >= until:
            break
        try:
            if tend_batch(database, executions, workspace_id, batch_id):
                logger().warning("batch put right", workspace_id=workspace_id, batch_id=batch_id)
                done["started"] += 1
        except (CannotReach, CannotStart) as error:
            logger().warning(
                "batch not reached", workspace_id=workspace_id, batch_id=batch_id, why=str(error)
            )
            done["unreached"] += 1
    return done


def tend_batch(database: Database, executions: Executions, workspace_id: int, batch_id: int) -> bool:
    """Whether its state machine had to be started; anew, under the next attempt, where it has ended.

    Raises CannotReach, CannotStart, DatabaseUnreachable.
    """
    with database.workspace(workspace_id) as session:
        batch = lock_batch(session, batch_id)
        if batch is None:
            return False
        execution = execution_of_batch(batch)
        standing = executions.look(execution.machine, execution.name)
        if standing is not None and standing.status == "RUNNING":
            return False
        if standing is not None:
            batch.attempt += 1
            session.flush()
        executions.start(*execution_of_batch(batch))
        return True
