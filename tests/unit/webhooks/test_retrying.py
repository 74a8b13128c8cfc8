"""When a webhook is tried again, as data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from shared.retrying import KEEP_TRYING, LONGEST_WAITS, next_attempt

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
END = NOW + KEEP_TRYING


def longest(_: float, most: float) -> float:
    return most


def shortest(least: float, _: float) -> float:
    return least


def waits(attempts: int, retry_after: str | None = None) -> float:
    due = next_attempt(attempts, NOW, END, retry_after, shortest)
    assert due is not None
    return (due - NOW).total_seconds()


def test_the_waits_grow_to_four_hours() -> None:
    planned = [next_attempt(n, NOW, END, None, longest) for n in range(1, 11)]
    seconds = [(due - NOW).total_seconds() for due in planned if due is not None]
    assert seconds == [5, 30, 120, 600, 1800, 3600, 7200, 14400, 14400, 14400]


def test_a_day_of_failures_ends() -> None:
    at, attempts = NOW, 1
    while due := next_attempt(attempts, at, END, None, longest):
        assert at < due < END
        at, attempts = due, attempts + 1
    assert END - at <= timedelta(seconds=LONGEST_WAITS[-1])
    assert attempts == 13


def test_waits_are_drawn_from_the_whole_range() -> None:
    drawn = {next_attempt(4, NOW, END) for _ in range(200)}
    seconds = [(due - NOW).total_seconds() for due in drawn if due is not None]
    assert min(seconds) < 120 and max(seconds) > 480
    assert all(1 <= wait <= 600 for wait in seconds)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("90", 90),
        ("0", 1),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 1),
        ("Sat, 21 Nov 2026 12:01:00 -0000", 60),
        ("86400", 14400),
        ("9" * 400, 14400),
        ("-5", 1),
        ("٣", 1),
        ("soon", 1),
        ("", 1),
    ],
)
def test_what_the_far_side_asks_for_is_respected_within_limits(header: str, seconds: float) -> None:
    assert waits(1, header) == seconds


def test_nothing_is_tried_when_the_day_is_over() -> None:
    assert next_attempt(1, END - timedelta(seconds=1), END, None, shortest) is None
    assert next_attempt(1, END - timedelta(hours=1), END, "7200", shortest) is None
