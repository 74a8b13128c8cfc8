"""The tour of a page for which nobody wrote one: scroll, stop where something begins, point at it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared.recording.job import Landmark, Viewport
from shared.recording.tour.steps import Hold, Hover, Scroll, TourStep

SHORTEST_SCROLLED = 3.0  # a shorter tour only holds
CYCLE_SECONDS = 2.8  # one stop: the scroll to it, and time to read
LONGEST_CYCLE = 8.0  # rather than stand longer, the tour goes back up through the page
LONGEST_HOP = 0.85  # screens a stop: the last line of a view is still in the next
SHORTEST_HOP = 0.35
SECONDS_A_SCREEN = 1.6
ABOVE = 0.12  # of the view: what is left above a heading that the tour stops at
SNAP = 0.3  # of the view: how far a stop may move to where something begins
HOVER_SECONDS = 1.75
SHORTEST_HOVER = 1.0
_GRAIN = 64  # durations are multiples of 1/64 s, which floating point adds up exactly


@dataclass(frozen=True)
class _Plan:
    """stops: fractions of the scrollable height, one after the other; opening, closing: seconds held."""

    stops: tuple[float, ...]
    opening: float
    closing: float


def plan_tour(
    scroll_height: float, viewport: Viewport, seconds: float, landmarks: Sequence[Landmark] = ()
) -> tuple[TourStep, ...]:
    """A tour of `seconds`, to which its steps' lengths add up exactly.

    scroll_height: of the whole page, in CSS pixels. landmarks: what stands on it; the tour stops where
    headings and sections begin, points at headings, and in the end at a call to action.
    A very long page is not raced through: the tour ends where an even pace leads.
    """
    if not seconds > 0:
        raise ValueError("a tour lasts longer than 0 seconds")
    screens = max(0.0, scroll_height - viewport.height) / viewport.height
    if seconds < SHORTEST_SCROLLED:
        return (Hold(seconds=seconds),)
    sights = Sights(landmarks, scroll_height, viewport)
    if screens < 0.02:
        return tuple(sights.stay(0.0, seconds, last=True))
    plan = _plan(screens, seconds)
    cycle = (seconds - plan.opening - plan.closing) / len(plan.stops)
    steps: list[TourStep] = [Hold(seconds=plan.opening)]
    at = 0.0
    for stop in sights.snapped(plan.stops):
        scroll = _grain(min(cycle * 0.6, max(0.9, abs(stop - at) * screens * SECONDS_A_SCREEN)))
        steps.append(Scroll(seconds=scroll, to=stop))
        steps += sights.stay(stop, max(1 / _GRAIN, _grain(cycle - scroll)))
        at = stop
    last = max(n for n, step in enumerate(steps) if isinstance(step, Scroll)) + 1
    rest = seconds - sum(step.length for step in steps[:last])
    return (*steps[:last], *sights.stay(at, rest, last=True))


class Sights:
    """What there is to see on a page, stop by stop. Each heading is pointed at once."""

    def __init__(self, landmarks: Sequence[Landmark], scroll_height: float, viewport: Viewport) -> None:
        self._landmarks = landmarks
        self._view = viewport
        self._room = max(0.0, scroll_height - viewport.height)
        self._pointed: set[str] = set()

    def snapped(self, stops: Sequence[float]) -> tuple[float, ...]:
        """The same stops, each moved a little to where something begins, if that is near."""
        if self._room == 0:
            return tuple(stops)
        height = self._view.height
        starts = [
            min(1.0, max(0.0, landmark.top - ABOVE * height) / self._room)
            for landmark in self._landmarks
            if landmark.kind != "call"
        ]
        reach = SNAP * height / self._room
        near = {
            stop: [start for start in starts if abs(start - stop) <= reach] for stop in stops if 0 < stop < 1
        }
        return tuple(
            min(near[stop], key=lambda start: abs(start - stop)) if near.get(stop) else stop for stop in stops
        )

    def stay(self, at: float, seconds: float, *, last: bool = False) -> list[TourStep]:
        """Stay for so many seconds where the page is scrolled to fraction `at`, and point at something."""
        point = min(HOVER_SECONDS, _grain(seconds - 0.5))
        target = self._call_at(at) if last else None
        target = target or self._heading_at(at)
        if point < SHORTEST_HOVER or target is None:
            return [Hold(seconds=seconds)]
        self._pointed.add(target.selector)
        hover = Hover(selector=target.selector, seconds=point, optional=True)
        return [hover, Hold(seconds=seconds - point)]

    def _heading_at(self, at: float) -> Landmark | None:
        return self._first(at, "heading", 0.05, 0.6)

    def _call_at(self, at: float) -> Landmark | None:
        return self._first(at, "call", 0.1, 0.9)

    def _first(self, at: float, kind: str, top: float, bottom: float) -> Landmark | None:
        """The first of a kind that lies between two fractions of the view and was not pointed at yet."""
        scrolled, height = at * self._room, self._view.height
        inside = (
            landmark
            for landmark in self._landmarks
            if landmark.kind == kind
            and not landmark.stuck
            and landmark.selector not in self._pointed
            and top * height <= landmark.top - scrolled
            and landmark.top + landmark.height - scrolled <= bottom * height
        )
        return next(inside, None)


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
