"""The end of videos, and with the last of them that of their batch, in the caller's transaction.

Rows are locked in this order, here and wherever videos end: script, video, batch. Whoever ends a video locks
its batch after that, and counts then: of two that end the last two at once, the second sees both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from shared.database.models import Batch, Video
from shared.values import Value
from shared.webhooks import announce


class BatchCounts(Value):
    """The videos of a batch by their status. Of those that are deleted nothing is counted."""

    total: int = 0
    pending: int = 0
    processing: int = 0
    waiting_approval: int = 0
    completed: int = 0
    failed: int = 0
    rejected: int = 0
    cancelled: int = 0

    @property
    def unended(self) -> int:
        return self.pending + self.processing + self.waiting_approval

    @property
    def outcome(self) -> str:
        """The status of a batch whose videos have all ended."""
        if self.completed:
            return "completed"
        return "cancelled" if self.cancelled == self.total else "failed"


def count_videos(session: Session, batch_ids: Sequence[int]) -> dict[int, BatchCounts]:
    """By batch."""
    rows = session.execute(
        select(Video.batch_id, Video.status, func.count())
        .where(Video.batch_id.in_(batch_ids), Video.status != "deleting")
        .group_by(Video.batch_id, Video.status)
    )
    counted: dict[int, dict[str, int]] = {batch_id: {} for batch_id in batch_ids}
    for batch_id, status, number in rows:
        counted[batch_id or 0][status] = number
    return {
        batch_id: BatchCounts(total=sum(by_status.values()), **by_status)
        for batch_id, by_status in counted.items()
    }


def end_videos(
    session: Session,
    where: ColumnElement[bool],
    status: str,
    at: datetime,
    *,
    of_batch: str | None = None,
    **columns: Any,
) -> list[int]:
    """Write the end of videos, and of each batch that has no other left, which is announced.

    columns: what else is written to them. of_batch: the status of a batch that ends with it, unless its
    videos' are to say. Returns the ids.
    """
    ended = session.execute(
        update(Video)
        .where(where)
        .values(status=status, completed_at=at, **columns)
        .returning(Video.id, Video.batch_id)
        .execution_options(synchronize_session=False)
    ).all()
    for batch_id in sorted({batch_id for _, batch_id in ended if batch_id is not None}):
        _finish(session, batch_id, of_batch, at)
    session.expire_all()
    return [video_id for video_id, _ in ended]


def lock_batch(session: Session, batch_id: int) -> Batch | None:
    """Nobody else ends or reopens it until the transaction ends."""
    return session.get(Batch, batch_id, with_for_update={"key_share": True}, populate_existing=True)


def reopen_batches(session: Session, batch_ids: Iterable[int | None]) -> None:
    """Some of their videos are made again: their end is announced once more."""
    for batch_id in sorted({batch_id for batch_id in batch_ids if batch_id is not None}):
        batch = lock_batch(session, batch_id)
        if batch is not None:
            batch.status, batch.completed_at = "processing", None


def _finish(session: Session, batch_id: int, status: str | None, at: datetime) -> None:
    batch = lock_batch(session, batch_id)
    if batch is None or batch.completed_at is not None:
        return
    counts = count_videos(session, [batch_id])[batch_id]
    if counts.unended:
        return
    batch.status, batch.completed_at = status or counts.outcome, at
    session.flush()
    told = {"batch_id": batch.id, "name": batch.name, "status": batch.status, "counts": counts.model_dump()}
    announce(session, batch.workspace_id, "batch.finished", told)
