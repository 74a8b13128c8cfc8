"""The tour of a page about which nothing is known but its height: load, scroll through, hold."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shared.recording.job import Viewport
from shared.recording.steps import Hold, Scroll, TourStep

SHORTEST_SCROLLED = 3.0  # a shorter tour only holds
CYCLE_SECONDS = 3.5  # one stop: the scroll to it, and time to read
LONGEST_CYCLE = 8.0  # rather than stand longer, the tour goes back up through the page
LONGEST_HOP = 0.85  # screens a stop: the last line of a view is still in the next
SHORTEST_HOP = 0.35
SECONDS_A_SCREEN = 1.6
_GRAIN = 64  # durations are multiples of 1/64 s, which floating point adds up exactly


@dataclass(frozen=True)
class _Plan:
    """stops: fractions of the scrollable height, one after the other; opening, closing: seconds held."""

    stops: tuple[float, ...]
    opening: float
    closing: float


def default_tour(scroll_height: float, viewport: Viewport, seconds: float) -> tuple[TourStep, ...]:
    """A tour of `seconds`, to which its steps' durations add up exactly.

    scroll_height: of the whole page, in CSS pixels.
    A very long page is not raced through: the tour ends where an even pace leads.
    """
    if not seconds > 0:
        raise ValueError("a tour lasts longer than 0 seconds")
    screens = max(0.0, scroll_height - viewport.height) / viewport.height
    if seconds < SHORTEST_SCROLLED or screens < 0.02:
        return (Hold(seconds=seconds),)
    plan = _plan(screens, seconds)
    cycle = (seconds - plan.opening - plan.closing) / len(plan.stops)
    steps: list[TourStep] = [Hold(seconds=plan.opening)]
    at = 0.0
    for stop in plan.stops:
        scroll = _grain(min(cycle * 0.6, max(0.9, abs(stop - at) * screens * SECONDS_A_SCREEN)))
        steps += [Scroll(seconds=scroll, to=stop), Hold(seconds=max(1 / _GRAIN, _grain(cycle - scroll)))]
        at = stop
    rest = seconds - sum(step.length for step in steps[:-1])
    return (*steps[:-1], Hold(seconds=rest))


def _plan(screens: float, seconds: float) -> _Plan:
    opening = _grain(min(2.5, max(0.75, seconds * 0.12)))
    closing = min(2.0, seconds * 0.08)
    middle = seconds - opening - closing
    most = max(1, math.floor(middle / CYCLE_SECONDS))
    enough = max(1, math.ceil(screens / LONGEST_HOP))
    if enough >= most:
        return _Plan(_evenly(most, min(1.0, most * LONGEST_HOP / screens)), opening, closing)
    count = max(enough, min(most, math.floor(screens / SHORTEST_HOP)))
    down = _evenly(count, 1.0)
    turns = _turns(down, math.ceil(middle / LONGEST_CYCLE))
    return _Plan(turns, opening, closing)


def _evenly(count: int, to: float) -> tuple[float, ...]:
    return tuple(to * (index + 1) / count for index in range(count))


def _turns(down: tuple[float, ...], wanted: int) -> tuple[float, ...]:
    """Down, and then up and down again until there are as many stops as wanted."""
    up = (*reversed(down[:-1]), 0.0)
    stops = list(down)
    while len(stops) < wanted:
        stops += up if stops[-1] == down[-1] else down
    return tuple(stops[: max(len(down), wanted)])


def _grain(seconds: float) -> float:
    return math.floor(seconds * _GRAIN) / _GRAIN
