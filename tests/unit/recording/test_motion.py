"""Where a tour stands at each frame."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from shared.recording import Goto, Hide, Hold, Scroll
from shared.recording.page.clock import moment_of
from shared.recording.tour.motion import ease, moments_at, on_curve, on_pixels


@pytest.mark.parametrize("seconds", [0.1, 0.6, 1.2, 1.5, 8.0])
def test_easing_starts_and_ends_softly_and_never_goes_back(seconds: float) -> None:
    way = [ease(n / 200, seconds) for n in range(201)]
    hops = [b - a for a, b in pairwise(way)]
    assert (way[0], way[-1]) == (0, 1)
    assert way[100] == pytest.approx(0.5)
    assert min(hops) >= 0
    assert hops[0] < 0.2 * hops[100]
    assert hops[-1] == pytest.approx(hops[0])
    assert (ease(-1, seconds), ease(2, seconds)) == (0, 1)


def test_each_step_is_shown_only_in_its_time_and_reaches_its_end() -> None:
    steps = (Hold(seconds=0.5), Scroll(seconds=1, to=0.5), Hold(seconds=0.1), Scroll(seconds=0.4, to=1))
    shown = {n: [m for m in moments_at(steps, n, 30) if m.index in (1, 3)] for n in range(75)}
    assert [frame for frame, moments in shown.items() if moments] == [*range(16, 46), *range(49, 61)]
    assert (shown[45][0].index, shown[45][0].seconds) == (1, 1)
    assert shown[60][0].seconds == pytest.approx(0.4)
    assert shown[30][0].seconds == pytest.approx(0.5)


def test_steps_shorter_than_a_frame_are_not_lost() -> None:
    steps = (Scroll(seconds=0.01, to=0.2), Scroll(seconds=0.005, to=0.7), Hold(seconds=1))
    assert [m.index for m in moments_at(steps, 1, 30)] == [0, 1, 2]
    assert [*moments_at(steps, 0, 30)] == []
    assert [m.index for m in moments_at(steps, 2, 30)] == [2]


def test_steps_without_a_length_happen_once_at_the_first_frame_that_is_not_before_them() -> None:
    steps = (Hide(selectors=(".a",)), Hold(seconds=0.51), Goto(url="https://a.example"), Hold(seconds=1))
    happens: dict[int, list[int]] = {0: [], 2: []}
    for frame in range(60):
        for moment in moments_at(steps, frame, 30):
            if moment.index in happens:
                happens[moment.index].append(frame)
    assert happens == {0: [0], 2: [16]}


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_no_step_is_ever_skipped(fps: int) -> None:
    lengths = [0.01, 0.5, 1.37, 0.02, 0.005, 2.2, 0.04]
    steps = tuple(Hold(seconds=length) for length in lengths)
    seen = [m.index for n in range(fps * 6) for m in moments_at(steps, n, fps)]
    assert set(seen) == set(range(len(steps)))
    assert seen == sorted(seen)


def test_a_hand_travels_on_a_slightly_bent_way_and_arrives_softly() -> None:
    start, end = (1300.0, 1100.0), (300.0, 200.0)
    way = [on_curve(start, end, n / 60) for n in range(61)]
    assert (way[0], way[-1]) == (start, end)
    hops = [math.dist(a, b) for a, b in pairwise(way)]
    assert max(hops) == max(hops[25:35])
    assert hops[0] < 0.02 * max(hops)
    assert hops[-1] < 0.02 * max(hops)
    off = [abs((y - 1100) - (x - 1300) * 0.9) / math.hypot(1, 0.9) for x, y in way]
    assert 0.03 * math.dist(start, end) < max(off) < 0.15 * math.dist(start, end)


def test_text_stays_on_whole_pixels() -> None:
    assert on_pixels(10.4, 1) == 10
    assert on_pixels(10.4, 2) == 10.5


@pytest.mark.parametrize("fps", [1, 24, 25, 30, 50, 60])
def test_moments_are_tenths_of_milliseconds_that_never_drift(fps: int) -> None:
    moments = [moment_of(frame, fps) for frame in range(fps * 600 + 1)]
    assert moments[-1] == 600 * 1_000_000
    assert all(moment % 100 == 0 for moment in moments)
    assert all(0 <= moment - frame * 1e6 / fps < 100 for frame, moment in enumerate(moments))
