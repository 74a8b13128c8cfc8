"""Where a tour stands at each frame."""

from __future__ import annotations

from itertools import pairwise

import pytest

from shared.recording import Hold, Scroll
from shared.recording.clock import moment_of
from shared.recording.motion import ease, motions_at, on_pixels


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


def test_each_scroll_moves_only_in_its_time_and_reaches_its_end() -> None:
    steps = (Hold(seconds=0.5), Scroll(seconds=1, to=0.5), Hold(seconds=0.1), Scroll(seconds=0.4, to=1))
    moved = {frame: [*motions_at(steps, frame, 30)] for frame in range(75)}
    assert [frame for frame, motions in moved.items() if motions] == [*range(16, 46), *range(49, 61)]
    assert (moved[45][0].step, moved[45][0].progress) == (1, 1)
    assert (moved[60][0].step, moved[60][0].progress) == (3, 1)
    assert moved[30][0].progress == pytest.approx(0.5)


def test_scrolls_shorter_than_a_frame_are_not_lost() -> None:
    steps = (Scroll(seconds=0.01, to=0.2), Scroll(seconds=0.005, to=0.7), Hold(seconds=1))
    assert [(m.step, m.progress) for m in motions_at(steps, 1, 30)] == [(0, 1), (1, 1)]
    assert [*motions_at(steps, 0, 30)] == []
    assert [*motions_at(steps, 2, 30)] == []


def test_text_stays_on_whole_pixels() -> None:
    assert on_pixels(10.4, 1) == 10
    assert on_pixels(10.4, 2) == 10.5


@pytest.mark.parametrize("fps", [1, 24, 25, 30, 50, 60])
def test_moments_are_tenths_of_milliseconds_that_never_drift(fps: int) -> None:
    moments = [moment_of(frame, fps) for frame in range(fps * 600 + 1)]
    assert moments[-1] == 600 * 1_000_000
    assert all(moment % 100 == 0 for moment in moments)
    assert all(0 <= moment - frame * 1e6 / fps < 100 for frame, moment in enumerate(moments))
