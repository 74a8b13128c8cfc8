"""Gives the videos of a batch their turns: starts a few at a time, and stops those of a cancelled one.

Called again and again by the batch's state machine, until nothing is left to be started or stopped. What is
still to be done stands in `Video.turn`, which is settled in the transaction in which it is done; whoever dies
between the two does it again, and an execution's name can be had only once.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.models import Batch, Video
from shared.values import Value
from shared.videos import Execution, begin_check, check_of, execution_of, keep_check
from shared.workflow import UNENDED, Tools, lock_batch

MACHINE = "batch"
AT_ONCE = 20
"""Videos of a batch that are worked on: each has up to 40 browsers or encoders at work, of the thousand
functions that an account may run at once by default."""
STUCK = timedelta(hours=2)
"""What has not moved for so long keeps nobody waiting: a pipeline's steps have less time together."""
ROUNDS = 1000
"""Of one execution: it has ten events for each, and Step Functions lets it have 25,000."""
QUICK_ROUNDS, QUICK_SECONDS, SECONDS = 15, 2, 10
"""How long to wait after a round: a small batch is begun without delay, a large one costs little."""
_WORK_SECONDS = 30.0


class Turn(Value):
    """A round of a batch's state machine. part: which of the executions that follow upon each other."""

    workspace_id: int
    batch_id: int
    attempt: int
    part: int = 1
    rounds: int = 0


def execution_of_batch(batch: Batch) -> Execution:
    """How its state machine is started."""
    return _execution(Turn(workspace_id=batch.workspace_id, batch_id=batch.id, attempt=batch.attempt))


def _execution(turn: Turn) -> Execution:
    name = f"batch-{turn.batch_id}-{turn.attempt}" + (f"-{turn.part}" if turn.part > 1 else "")
    return Execution(MACHINE, name, turn.model_dump())


def start_videos(turn: Turn, tools: Tools) -> dict[str, Any]:
    """Do what is due. Returns the next round's `Turn` with done and wait_seconds. Raises CannotStart,
    CannotReach."""
    until = time.monotonic() + _WORK_SECONDS
    for video_id in _due(turn, tools):
        if time.monotonic() > until:
            break
        with tools.database.workspace(turn.workspace_id) as session:
            _take(session, video_id, tools)
    following = turn.model_copy(update={"rounds": turn.rounds + 1})
    done = not _is_left(turn, tools)
    if not done and following.rounds >= ROUNDS:
        following = turn.model_copy(update={"part": turn.part + 1, "rounds": 0})
        tools.executions.start(*_execution(following))
        done = True
    wait = QUICK_SECONDS if following.rounds < QUICK_ROUNDS and turn.part == 1 else SECONDS
    return following.model_dump() | {"done": done, "wait_seconds": wait}


def _due(turn: Turn, tools: Tools) -> list[int]:
    """Videos to be stopped, and those for which there is room."""
    with tools.database.workspace(turn.workspace_id) as session:
        if not _is_current(session, turn):
            return []
        mine = select(Video.id).where(Video.batch_id == turn.batch_id).order_by(Video.id)
        stops = session.scalars(mine.where(Video.turn == "stop")).all()
        starts = session.scalars(mine.where(Video.turn == "start").limit(_room(session, turn.batch_id))).all()
        return [*stops, *starts]


def _room(session: Session, batch_id: int) -> int:
    """How many may be started. The first has to itself what it films and encodes, which the others share."""
    begun = Video.batch_id == batch_id, Video.turn.is_(None)
    moves = Video.updated_at > datetime.now(UTC) - STUCK
    at_work = _count(session, *begun, Video.status.in_(("pending", "processing")), moves)
    is_first = _count(session, *begun) == at_work
    return max(0, (1 if is_first else AT_ONCE) - at_work)


def _take(session: Session, video_id: int, tools: Tools) -> None:
    """Start or stop one video, unless somebody did meanwhile."""
    video = session.get(Video, video_id, with_for_update=True)
    if video is None or video.turn is None:
        return
    execution = execution_of(video)
    if video.turn == "stop":
        tools.executions.stop(execution.machine, execution.name, video.reason or "cancelled")
    elif video.status in UNENDED:
        keep_check(video, check_of(video), tools.storage)
        begin_check(session, [video.id])
        tools.executions.start(*execution)
        _is_begun(session, video.batch_id)
    video.turn = None


def _is_begun(session: Session, batch_id: int | None) -> None:
    batch = lock_batch(session, batch_id) if batch_id is not None else None
    if batch is not None and batch.status == "pending":
        batch.status = "processing"


def _is_left(turn: Turn, tools: Tools) -> bool:
    with tools.database.workspace(turn.workspace_id) as session:
        left = _count(session, Video.batch_id == turn.batch_id, Video.turn.is_not(None))
        return _is_current(session, turn) and left > 0


def _is_current(session: Session, turn: Turn) -> bool:
    """Cancelling and trying again start another execution, which takes over."""
    return session.scalar(select(Batch.attempt).where(Batch.id == turn.batch_id)) == turn.attempt


def _count(session: Session, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(Video).where(*where)) or 0
