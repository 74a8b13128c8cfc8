"""Ending a batch before its videos are made, and beginning again with those that failed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.batches.watching import find_batch
from shared.database.models import Batch, Video
from shared.errors import Conflict
from shared.videos import HasEnded, cancel_locked, lock_videos, reopen_locked
from shared.workflow import UNENDED, lock_batch


class NothingToRetry(Conflict):
    """None of the batch's videos failed."""


def cancel_batch(session: Session, batch_id: int, actor: str) -> Batch:
    """Let nothing more be done or bought for all of its videos that have not ended. The execution of
    `execution_of_batch` is to be started then: it stops theirs.

    A cancelled one stays cancelled. Raises NoSuchBatch, HasEnded.
    """
    find_batch(session, batch_id)
    videos = lock_videos(session, Video.batch_id == batch_id, Video.status.in_(UNENDED))
    batch = _begin_anew(session, batch_id, bool(videos))
    if videos:
        cancel_locked(session, videos, actor, of_batch=True)
        session.refresh(batch)
    elif batch.status != "cancelled":
        raise HasEnded(f"batch {batch_id} has ended already: {batch.status}")
    return batch


def retry_batch(session: Session, batch_id: int) -> Batch:
    """Let its videos that failed go on from where they stood, and wait for their turn. The execution of
    `execution_of_batch` is to be started then, and goes on with those that never had their turn. When all
    have ended, that is announced once more.

    Raises NoSuchBatch, NothingToRetry.
    """
    find_batch(session, batch_id)
    videos = lock_videos(session, Video.batch_id == batch_id, Video.status == "failed")
    waits = select(Video.id).where(Video.batch_id == batch_id, Video.turn.is_not(None)).limit(1)
    if not videos and session.scalar(waits) is None:
        raise NothingToRetry(f"none of the videos of batch {batch_id} failed")
    if videos:
        reopen_locked(session, videos, turn="start")
    return _begin_anew(session, batch_id, True)


def _begin_anew(session: Session, batch_id: int, anew: bool) -> Batch:
    """With `anew` under another execution name; whatever still runs under the last one ends by itself."""
    batch = lock_batch(session, batch_id)
    assert batch is not None  # nothing deletes one
    if anew:
        batch.attempt += 1
        session.flush()
    return batch
