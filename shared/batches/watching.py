"""How batches stand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.finding import find_row
from shared.database.models import Batch, CostEntry, Video, VideoStep
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import NotFound
from shared.values import Value
from shared.workflow import STEPS, UNENDED, BatchCounts, count_videos

SORTABLE: Sortable = {"id": Batch.id, "created_at": Batch.created_at, "updated_at": Batch.updated_at}
BatchStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]


class NoSuchBatch(NotFound):
    """There is no batch with that id in this workspace."""


class BatchLine(Value):
    """A batch in a list. completed_at: when the last of its videos ended.

    status: of one that has ended: completed if one of its videos is, else failed; cancelled if it was
    cancelled, or each of its videos was.
    """

    id: int
    name: str | None
    status: BatchStatus
    counts: BatchCounts
    created_at: datetime
    completed_at: datetime | None


class BatchState(BatchLine):
    """progress: 0 to 1. cost_usd: so far."""

    progress: float
    cost_usd: Decimal


def find_batch(session: Session, batch_id: int) -> Batch:
    """Raises NoSuchBatch."""
    batch = find_row(session, Batch, batch_id)
    if batch is None:
        raise NoSuchBatch(f"there is no batch {batch_id}")
    return batch


def batch_state(session: Session, batch: Batch) -> BatchState:
    line = _line(batch, count_videos(session, [batch.id])[batch.id])
    spent = (
        select(func.sum(CostEntry.amount_usd))
        .join(Video, Video.id == CostEntry.video_id)
        .where(Video.batch_id == batch.id)
    )
    return BatchState(
        **dict(line),
        progress=_progress(session, batch.id, line.counts),
        cost_usd=session.scalar(spent) or Decimal(0),
    )


def list_batches(session: Session, asked: Asked, *, status: BatchStatus | None = None) -> Page[BatchLine]:
    """Raises WrongCursor, WrongSort."""
    found = select(Batch)
    if status is not None:
        found = found.where(Batch.status == status)
    shown = page(session, found, Batch.id, SORTABLE, asked, lambda batch: batch)
    counts = count_videos(session, [batch.id for batch in shown.items])
    return Page(
        items=tuple(_line(batch, counts[batch.id]) for batch in shown.items),
        next_cursor=shown.next_cursor,
    )


def _line(batch: Batch, counts: BatchCounts) -> BatchLine:
    return BatchLine(
        id=batch.id,
        name=batch.name,
        status=batch.status,
        counts=counts,
        created_at=batch.created_at,
        completed_at=batch.completed_at,
    )


def _progress(session: Session, batch_id: int, counts: BatchCounts) -> float:
    """A video that has ended counts whole, however it did; another by its steps."""
    if not counts.total:
        return 1.0
    steps = session.scalar(
        select(func.sum(VideoStep.progress))
        .join(Video, Video.id == VideoStep.video_id)
        .where(Video.batch_id == batch_id, Video.status.in_(UNENDED))
    )
    done = counts.total - counts.unended + (steps or 0.0) / len(STEPS)
    return round(done / counts.total, 4)
