"""How a hosted video was watched, from the rows of its views; in the caller's transaction and workspace.

A view counts once a second was seen, unless it is known to be none of a person: a mail scanner's, a bot's, a
browser's that fetched ahead, or our own. `watched` holds stretches [from, to] in whole seconds, both
included.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.database.models import ComposedVideo, HostedVideo, VideoView
from shared.errors import NotFound, Permanent
from shared.values import Value

COUNTED = ("viewer", "unclassified")
"""Classifications of views that count; all others (scanner, bot, prefetch, own …) do not."""
COUNTS_SECONDS = 1
COMPLETED_PERCENT = 90
TOP = 10
AT_ONCE = 20_000
"""Views whose stretches are in memory together."""


class NoSuchHostedVideo(NotFound):
    """There is no hosted video with that id in this workspace."""


class WrongTime(Permanent):
    """A period ends before it begins."""


class CountryViews(Value):
    """country: ISO 3166-1, two letters."""

    country: str
    views: int


class DeviceViews(Value):
    device: str
    views: int


class HostedAnalytics(Value):
    """Percentages are from 0 to 100, of the views that count.

    first_day, last_day: as asked, in UTC; None for all there is. avg_watch_percentage: of the video's
    seconds, those that a view saw, however often. avg_watch_duration_seconds: that views lasted.
    completion_rate: views that saw 90 % or more. retention: for each second of the video, the views that saw
    it.
    """

    hosted_video_id: int
    first_day: date | None
    last_day: date | None
    total_views: int
    unique_viewers: int
    avg_watch_percentage: float | None
    avg_watch_duration_seconds: float | None
    completion_rate: float | None
    top_viewer_countries: tuple[CountryViews, ...]
    top_viewer_devices: tuple[DeviceViews, ...]
    retention: tuple[float, ...]


def hosted_analytics(
    session: Session, hosted_video_id: int, first_day: date | None = None, last_day: date | None = None
) -> HostedAnalytics:
    """Of the days from the first to the last, both included; of all there are, without them.

    Raises NoSuchHostedVideo, WrongTime.
    """
    if first_day is not None and last_day is not None and first_day > last_day:
        raise WrongTime(f"from {first_day} to {last_day} is no period")
    hosted = session.get(HostedVideo, hosted_video_id)
    if hosted is None:
        raise NoSuchHostedVideo(f"there is no hosted video {hosted_video_id}")
    begin = None if first_day is None else _midnight(first_day)
    end = None if last_day is None else _midnight(last_day + timedelta(days=1))
    counting = _counting(hosted_video_id, begin, end)
    total, unique, lasted = session.execute(
        select(
            func.count(),
            func.count(VideoView.viewer_hash.distinct()),
            func.avg(VideoView.watched_seconds),
        ).where(*counting)
    ).one()
    seconds = _length(session, hosted)
    seen = _seen(session, counting, seconds, total) if seconds and total else None
    return HostedAnalytics(
        hosted_video_id=hosted_video_id,
        first_day=first_day,
        last_day=last_day,
        total_views=total,
        unique_viewers=unique,
        avg_watch_percentage=seen.average if seen else None,
        avg_watch_duration_seconds=None if lasted is None else round(lasted, 2),
        completion_rate=seen.completed if seen else None,
        top_viewer_countries=tuple(
            CountryViews(country=name, views=views)
            for name, views in _top(session, VideoView.country, counting)
        ),
        top_viewer_devices=tuple(
            DeviceViews(device=name, views=views) for name, views in _top(session, VideoView.device, counting)
        ),
        retention=seen.retention if seen else (),
    )


class _Seen(Value):
    average: float
    completed: float
    retention: tuple[float, ...]


def _seen(session: Session, counting: Sequence[ColumnElement[bool]], seconds: int, total: int) -> _Seen:
    """What was seen of a video so many seconds long. Postgres hands stretches over as text, many at once:
    parsing that takes a tenth of what taking them apart there does."""
    change = [0] * (seconds + 1)
    seen = completed = after = 0
    while True:
        views = (
            select(VideoView.id, VideoView.watched)
            .where(*counting, VideoView.id > after)
            .order_by(VideoView.id)
            .limit(AT_ONCE)
            .subquery()
        )
        texts, last = session.execute(
            select(func.string_agg(cast(views.c.watched, Text), ","), func.max(views.c.id))
        ).one()
        if last is None:
            break
        after = last
        for watched in json.loads(f"[{texts}]"):
            length = _count(watched, change)
            seen += length
            completed += length * 100 >= seconds * COMPLETED_PERCENT
    return _Seen(
        average=_percent(seen, seconds * total),
        completed=_percent(completed, total),
        retention=tuple(_percent(views, total) for views in accumulate(change[:-1])),
    )


def _count(watched: list[list[float]], change: list[int]) -> int:
    """Note in `change`, at each second of the video, by how much more views see it than the one before.

    Returns how many of its seconds this view saw. What lies beyond the video, or was seen before, is none.
    """
    if len(watched) > 1:
        watched.sort()
    reached = length = 0
    for begin, end in watched:
        first = max(int(begin), reached)
        after = min(int(end) + 1, len(change) - 1)
        if first < after and begin <= end:
            change[first] += 1
            change[after] -= 1
            length += after - first
            reached = after
    return length


def _counting(
    hosted_video_id: int, begin: datetime | None, end: datetime | None
) -> Sequence[ColumnElement[bool]]:
    counting = [VideoView.hosted_video_id == hosted_video_id, *counts()]
    if begin is not None:
        counting.append(VideoView.started_at >= begin)
    if end is not None:
        counting.append(VideoView.started_at < end)
    return counting


def counts() -> Sequence[ColumnElement[bool]]:
    """Of a view's row: that it counts."""
    return [VideoView.classification.in_(COUNTED), VideoView.watched_seconds >= COUNTS_SECONDS]


def _length(session: Session, hosted: HostedVideo) -> int:
    """Of the video, in whole seconds; 0 where it is not known."""
    length = session.scalar(
        select(ComposedVideo.duration_seconds).where(ComposedVideo.id == hosted.composed_video_id)
    )
    return math.ceil(length or 0)


def _top(
    session: Session,
    column: InstrumentedAttribute[str | None],
    counting: Sequence[ColumnElement[bool]],
) -> list[tuple[str, int]]:
    found = (
        select(column, func.count())
        .where(*counting, column.is_not(None))
        .group_by(column)
        .order_by(func.count().desc(), column)
        .limit(TOP)
    )
    return [(str(name), views) for name, views in session.execute(found)]


def _percent(part: float, whole: float) -> float:
    return round(100 * float(part) / whole, 2)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
