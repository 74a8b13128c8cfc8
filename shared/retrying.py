"""When to try again: a plan as data."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

KEEP_TRYING = timedelta(hours=24)
LONGEST_WAITS = (5, 30, 120, 600, 1800, 3600, 7200, 14400)
"""Seconds after the first failure, the second …; the last holds for all that follow."""
SHORTEST_WAIT = 1.0

Draw = Callable[[float, float], float]
_any_of: Draw = random.SystemRandom().uniform


def next_attempt(
    attempts: int,
    now: datetime,
    expires_at: datetime,
    retry_after: str | None = None,
    draw: Draw = _any_of,
) -> datetime | None:
    """When to try again after so many attempts; None if that would be too late.

    Anywhere up to the longest wait ("full jitter"): what failed together is not tried again together.
    retry_after: the header, which is respected as far as our longest wait.
    """
    wait = draw(SHORTEST_WAIT, LONGEST_WAITS[min(attempts, len(LONGEST_WAITS)) - 1])
    due = now + timedelta(seconds=max(wait, min(_asked_for(retry_after, now), LONGEST_WAITS[-1])))
    return due if due < expires_at else None


def _asked_for(retry_after: str | None, now: datetime) -> float:
    """Seconds (RFC 9110, 10.2.3); 0 for what can't be read."""
    if retry_after is None:
        return 0.0
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        at = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return 0.0
    return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
