"""The tour of an unknown page, as data."""

from __future__ import annotations

import pytest

from shared.recording import Hold, Hover, Landmark, Scroll, TourStep, Viewport, plan_tour

VIEW = Viewport()


def scrolls(steps: tuple[TourStep, ...]) -> list[Scroll]:
    return [step for step in steps if isinstance(step, Scroll)]


@pytest.mark.parametrize("seconds", [0.4, 1, 2.5, 3, 5, 7.3, 12.345, 17.1, 30, 33.333333, 60, 123.4, 600])
@pytest.mark.parametrize("height", [0, 400, 1080, 1110, 1500, 2400, 6000, 30_000, 400_000])
def test_durations_add_up_exactly(height: int, seconds: float) -> None:
    steps = plan_tour(height, VIEW, seconds)
    assert sum(step.length for step in steps) == seconds
    assert all(step.length > 0 for step in steps)
    assert isinstance(steps[0], Hold)
    assert isinstance(steps[-1], Hold)


@pytest.mark.parametrize("height", [0, 800, 1080, 1090])
def test_a_page_that_does_not_scroll_is_held(height: int) -> None:
    assert plan_tour(height, VIEW, 20) == (Hold(seconds=20),)


def test_a_page_is_walked_through_to_its_end() -> None:
    steps = plan_tour(4 * 1080, VIEW, 30)
    stops = [step.to for step in scrolls(steps)]
    assert stops == sorted(stops)
    assert stops[-1] == 1
    assert len(stops) >= 4
    assert 1 <= steps[0].seconds <= 3


@pytest.mark.parametrize("height", [2_000, 5_000, 30_000, 400_000])
@pytest.mark.parametrize("seconds", [8, 20, 45, 90])
def test_nothing_is_raced_through(height: int, seconds: float) -> None:
    steps = plan_tour(height, VIEW, seconds)
    screens = (height - 1080) / 1080
    at = 0.0
    for step in scrolls(steps):
        assert isinstance(step.to, float)
        hop = abs(step.to - at) * screens
        assert hop <= 0.86
        assert hop / step.seconds <= 0.86 / 0.9 + 0.01  # screens a second
        at = step.to
    held = sum(step.seconds for step in steps if isinstance(step, Hold))
    assert held >= 0.35 * seconds


def test_a_short_page_in_a_long_tour_is_walked_up_and_down() -> None:
    steps = plan_tour(2 * 1080, VIEW, 60)
    stops = [step.to for step in scrolls(steps)]
    assert 1 in stops
    assert stops[-1] < 1 or stops.index(1) < len(stops) - 1
    assert max(step.length for step in steps) <= 10


def test_a_tour_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 0"):
        plan_tour(3000, VIEW, 0)


def landmark(kind: str, top: float, selector: str, **more: object) -> Landmark:
    where = {"left": 200.0, "width": 600.0, "height": 60.0, "text": selector}
    return Landmark.model_validate({"kind": kind, "top": top, "selector": selector, **where, **more})


PAGE = (
    landmark("call", 30, "#top", stuck=True),
    landmark("heading", 300, "#one"),
    landmark("heading", 1250, "#two"),
    landmark("heading", 2300, "#three"),
    landmark("call", 3900, "#buy", width=160),
)


def test_stops_are_where_something_begins() -> None:
    steps = plan_tour(4 * 1080, VIEW, 30, PAGE)
    tops = [float(step.to or 0) * 3 * 1080 for step in scrolls(steps)]
    begins = [mark.top - 0.12 * 1080 for mark in PAGE[1:4]]
    assert any(abs(top - begins[1]) < 1 for top in tops)
    assert any(abs(top - begins[2]) < 1 for top in tops)
    assert tops == sorted(tops)
    assert tops[-1] == 3 * 1080
    assert sum(step.length for step in steps) == 30


def test_headings_are_pointed_at_once_and_the_call_to_action_at_the_end() -> None:
    steps = plan_tour(4 * 1080, VIEW, 30, PAGE)
    pointed = [step.selector for step in steps if isinstance(step, Hover)]
    assert pointed[-1] == "#buy"
    assert "#top" not in pointed
    assert len(pointed) == len(set(pointed)) >= 3
    assert all(step.optional for step in steps if isinstance(step, Hover))


def test_a_page_of_one_view_is_pointed_at_too() -> None:
    steps = plan_tour(1080, VIEW, 10, PAGE[1:2])
    assert [step.kind for step in steps] == ["hover", "hold"]
    assert sum(step.length for step in steps) == 10


@pytest.mark.parametrize("seconds", [3, 7.3, 21.7, 60, 123.4])
def test_durations_add_up_exactly_with_landmarks(seconds: float) -> None:
    assert sum(step.length for step in plan_tour(4 * 1080, VIEW, seconds, PAGE)) == seconds
