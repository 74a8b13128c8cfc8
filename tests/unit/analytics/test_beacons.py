"""What a beacon may say, and what is made of what it may not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analytics import read_beacon
from shared.analytics.beacons import LAST_SECOND, MOST_SECONDS, MOST_STRETCHES
from shared.analytics.stretches import length, merged, within

VIEW = "0123456789abcdef" * 2
GOOD = f"s=k3x-9_Q&v={VIEW}&w=0-9.15-17"

SECONDS = st.integers(0, 60)
STRETCHES = st.lists(st.tuples(SECONDS, SECONDS).map(lambda ends: (min(ends), max(ends))), max_size=12)


def seconds(stretches: object) -> set[int]:
    return {second for begin, end in stretches for second in range(begin, end + 1)}  # type: ignore[attr-defined]


def test_a_beacon_as_the_page_sends_it() -> None:
    beacon = read_beacon(GOOD)
    assert beacon is not None
    assert (beacon.slug, beacon.view, beacon.automated) == ("k3x-9_Q", VIEW, False)
    assert beacon.watched == ((0, 9), (15, 17))
    driven = read_beacon(f"{GOOD}&a=1&later=x")  # what a later page may add
    assert driven is not None and driven.automated
    begun = read_beacon(f"s=k3x-9_Q&v={VIEW}&w=")
    assert begun is not None and begun.watched == ()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "-",
        f"s=&v={VIEW}&w=0-1",
        f"s=../x&v={VIEW}&w=0-1",
        f"s=a,b&v={VIEW}&w=0-1",
        f"s={'a' * 41}&v={VIEW}&w=0-1",
        "s=a&v=1&w=0-1",
        f"s=a&v={VIEW.upper()}&w=0-1",
        f"s=a&v={VIEW}&w=1-0",
        f"s=a&v={VIEW}&w=-1-3",
        f"s=a&v={VIEW}&w=0-1.",
        f"s=a&v={VIEW}&w=0-1e3",
        f"s=a&v={VIEW}&w=\u0660-\u0661",  # digits, but not ours
        f"s=a&v={VIEW}&w=0-{MOST_SECONDS}",
        f"s=a&v={VIEW}&w=86300-{LAST_SECOND + 1}",
        f"s=a&v={VIEW}&w={'.'.join(['0-0'] * (MOST_STRETCHES + 1))}",
        f"s=a&v={VIEW}&w=0-1&x={'y' * 1000}",
    ],
)
def test_what_no_page_sends_is_no_beacon(query: str) -> None:
    assert read_beacon(query) is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(query: str) -> None:
    read_beacon(query)
    read_beacon(f"s=a&v={VIEW}&w={query}")


@given(STRETCHES, STRETCHES)
def test_merging_is_a_union_of_sets(some: list[tuple[int, int]], more: list[tuple[int, int]]) -> None:
    both = merged([*some, *more])
    assert seconds(both) == seconds(some) | seconds(more)
    assert both == merged([*merged(more), *merged(some), *some])
    assert all(after[0] > before[1] + 1 for before, after in pairwise(both))
    assert length(both) == len(seconds(both))


@given(STRETCHES, st.integers(0, 70))
def test_nothing_lies_beyond_the_video(stretches: list[tuple[int, int]], whole: int) -> None:
    assert seconds(within(merged(stretches), whole)) == {s for s in seconds(stretches) if s < whole}
