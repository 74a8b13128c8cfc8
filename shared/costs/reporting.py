"""What was spent, summed: by day, month, step, source or video. In the caller's transaction and workspace."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from shared.database.models import CostEntry, Video
from shared.errors import Permanent
from shared.values import Value

By = Literal["day", "month", "step", "source", "kind", "video"]
MOST_DAYS = 366
_DEFAULT_DAYS = 30


class WrongPeriod(Permanent):
    """A period ends before it begins, or is too long."""


class CostLine(Value):
    """key: the day (2026-11-21), month (2026-11), step, source, kind or the video's id; None for what
    belongs to none. entries: how many things were paid."""

    key: str | None
    amount_usd: Decimal
    entries: int


class CostReport(Value):
    """From the first day to the last, both included, in UTC. total_usd: of all lines, also of those left out.

    next_video: with `video`, the id to ask for the following lines with; None after the last.
    """

    first_day: date
    last_day: date
    by: By
    lines: tuple[CostLine, ...]
    total_usd: Decimal
    next_video: int | None = None


def cost_report(
    session: Session,
    by: By,
    first_day: date | None = None,
    last_day: date | None = None,
    *,
    video_id: int | None = None,
    batch_id: int | None = None,
    before_video: int | None = None,
    limit: int = 200,
    today: date | None = None,
) -> CostReport:
    """video_id, batch_id: of that video, or of a batch's videos, only. before_video: with `video`, lines of
    older videos only.

    Raises WrongPeriod.
    """
    last = last_day or today or datetime.now(UTC).date()
    first = first_day or last - timedelta(days=_DEFAULT_DAYS - 1)
    if first > last or (last - first).days >= MOST_DAYS:
        raise WrongPeriod(f"from {first} to {last} is no period of 1 to {MOST_DAYS} days")
    within = [CostEntry.at >= _midnight(first), CostEntry.at < _midnight(last + timedelta(days=1))]
    if video_id is not None:
        within.append(CostEntry.video_id == video_id)
    if batch_id is not None:
        within.append(CostEntry.video_id.in_(select(Video.id).where(Video.batch_id == batch_id)))
    total = session.scalar(select(func.sum(CostEntry.amount_usd)).where(*within)) or Decimal(0)
    key = _key(by)
    found: Select[Any] = (
        select(key, func.sum(CostEntry.amount_usd), func.count()).where(*within).group_by(key)
    )
    if by == "video":
        if before_video is not None:
            found = found.where(CostEntry.video_id < before_video)
        found = found.order_by(key.desc().nulls_last()).limit(limit + 1)
    else:
        found = found.order_by(key)
    rows = session.execute(found).all()
    shown = rows[:limit] if by == "video" else rows
    return CostReport(
        first_day=first,
        last_day=last,
        by=by,
        lines=tuple(
            CostLine(key=None if at is None else str(at), amount_usd=amount, entries=entries)
            for at, amount, entries in shown
        ),
        total_usd=total,
        next_video=shown[-1][0] if len(rows) > len(shown) else None,
    )


def _key(by: By) -> ColumnElement[Any]:
    day = func.timezone("UTC", CostEntry.at)
    columns: dict[By, ColumnElement[Any]] = {
        "day": func.to_char(day, "YYYY-MM-DD"),
        "month": func.to_char(day, "YYYY-MM"),
        "step": CostEntry.step.expression,
        "source": CostEntry.source.expression,
        "kind": CostEntry.kind.expression,
        "video": CostEntry.video_id.expression,
    }
    return columns[by]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
