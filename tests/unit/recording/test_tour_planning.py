"""The tour of an unknown page, as data."""

from __future__ import annotations

import pytest

from shared.recording import Hold, Scroll, TourStep, Viewport, default_tour

VIEW = Viewport()


def scrolls(steps: tuple[TourStep, ...]) -> list[Scroll]:
    return [step for step in steps if isinstance(step, Scroll)]


@pytest.mark.parametrize("seconds", [0.4, 1, 2.5, 3, 5, 7.3, 12.345, 17.1, 30, 33.333333, 60, 123.4, 600])
@pytest.mark.parametrize("height", [0, 400, 1080, 1110, 1500, 2400, 6000, 30_000, 400_000])
def test_durations_add_up_exactly(height: int, seconds: float) -> None:
    steps = default_tour(height, VIEW, seconds)
    assert sum(step.seconds for step in steps) == seconds
    assert all(step.seconds > 0 for step in steps)
    assert isinstance(steps[0], Hold)
    assert isinstance(steps[-1], Hold)


@pytest.mark.parametrize("height", [0, 800, 1080, 1090])
def test_a_page_that_does_not_scroll_is_held(height: int) -> None:
    assert default_tour(height, VIEW, 20) == (Hold(seconds=20),)


def test_a_page_is_walked_through_to_its_end() -> None:
    steps = default_tour(4 * 1080, VIEW, 30)
    stops = [step.to for step in scrolls(steps)]
    assert stops == sorted(stops)
    assert stops[-1] == 1
    assert len(stops) >= 4
    assert 1 <= steps[0].seconds <= 3


@pytest.mark.parametrize("height", [2_000, 5_000, 30_000, 400_000])
@pytest.mark.parametrize("seconds", [8, 20, 45, 90])
def test_nothing_is_raced_through(height: int, seconds: float) -> None:
    steps = default_tour(height, VIEW, seconds)
    screens = (height - 1080) / 1080
    at = 0.0
    for step in scrolls(steps):
        hop = abs(step.to - at) * screens
        assert hop <= 0.86
        assert hop / step.seconds <= 0.86 / 0.9 + 0.01  # screens a second
        at = step.to
    held = sum(step.seconds for step in steps if isinstance(step, Hold))
    assert held >= 0.35 * seconds


def test_a_short_page_in_a_long_tour_is_walked_up_and_down() -> None:
    steps = default_tour(2 * 1080, VIEW, 60)
    stops = [step.to for step in scrolls(steps)]
    assert 1 in stops
    assert stops[-1] < 1 or stops.index(1) < len(stops) - 1
    assert max(step.seconds for step in steps) <= 10


def test_a_tour_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 0"):
        default_tour(3000, VIEW, 0)
