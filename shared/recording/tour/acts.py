"""How each step of a tour is performed: begun once, then brought to every frame that it lasts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from playwright.async_api import ElementHandle

from shared.recording.tour.hand import PRESS_SECONDS
from shared.recording.tour.lens import WHOLE, Box, between, lens_on
from shared.recording.tour.motion import ease, on_curve, reach
from shared.recording.tour.steps import (
    CLICK_SECONDS,
    TRAVEL_SECONDS,
    Click,
    Goto,
    Hide,
    Highlight,
    Hold,
    Hover,
    Scroll,
    TourStep,
    Type,
    Wait,
    Zoom,
)

if TYPE_CHECKING:
    from shared.recording.page.stage import Stage

Play = Callable[[float], Awaitable[None]]
"""Brings the page to so many seconds after the step's start."""

MARGIN = 0.08  # of the view: what is pointed at should not stick to its edge
LIGHT_PADDING = 10.0
LIGHT_FADE_SECONDS = 0.35
QUIET_SECONDS = 0.5
UPON, BESIDE = (0.54, 0.58), (0.6, 0.9)  # of an element: not its very middle; without covering its words
LATEST_PRESS = 0.7  # of a click's length


async def begin(stage: Stage, step: TourStep) -> Play:
    """Start a step, off camera where it has to wait.

    Raises:
        PageFault: the page has no such element, or another page does not open.
    """
    return await _BEGIN[type(step)](stage, step)


async def _nothing(_: float) -> None:
    """The page plays by itself."""


async def _hold(stage: Stage, step: Hold) -> Play:
    return _nothing


async def _goto(stage: Stage, step: Goto) -> Play:
    await stage.visit(step.url)
    return _nothing


async def _wait(stage: Stage, step: Wait) -> Play:
    if step.selector is not None:
        await stage.find(step.selector, seconds=step.timeout)
    elif step.network is not None:
        await stage.wait_quiet(QUIET_SECONDS, step.timeout)
    return _nothing


async def _hide(stage: Stage, step: Hide) -> Play:
    await stage.hide(step.selectors)
    return _nothing


async def _scroll(stage: Stage, step: Scroll) -> Play:
    element = await stage.find(step.to) if isinstance(step.to, str) else None
    if element is not None:
        return await _scroll_to(stage, element, step.seconds)
    place = await stage.page.place()
    way = step.by if step.by is not None else float(step.to or 0) * place.room - place.top
    await stage.page.steady()
    target = min(max(0.0, place.top + way), place.room)

    async def play(seconds: float) -> None:
        await stage.scroll(place.top + (target - place.top) * ease(seconds / step.seconds, step.seconds))

    return play


async def _scroll_to(stage: Stage, element: ElementHandle, length: float) -> Play:
    """Where the element is to be is looked up in every frame: pages grow while they are scrolled."""
    await stage.page.steady()
    start = (await stage.page.place()).top

    async def play(seconds: float) -> None:
        box, place = await stage.box_of(element), await stage.page.place()
        if box is None:
            return
        height = stage.viewport.height
        above = max(MARGIN * height, min((height - box.height) / 2, 0.28 * height))
        target = min(max(0.0, place.top + box.top - above), place.room)
        await stage.scroll(start + (target - start) * ease(seconds / length, length))

    return play


async def _reach_for(stage: Stage, step: Hover | Click | Type | Zoom | Highlight) -> _Reach | None:
    """The element of a step, and the scroll that brings it into view if need be; None to go on without."""
    if step.selector is None:
        return None
    element = await stage.find(step.selector, optional=step.optional)
    box = None if element is None else await stage.box_of(element)
    if element is None or box is None:
        return None
    view = stage.viewport
    inside = -1 <= box.left + box.width / 2 <= view.width and (
        box.top >= 0 and box.top + min(box.height, view.height * (1 - 2 * MARGIN)) <= view.height
    )
    if inside:
        return _Reach(stage, element, box, 0.0, _nothing)
    seconds = min(0.9, 0.45 * step.length)
    return _Reach(stage, element, box, seconds, await _scroll_to(stage, element, seconds))


class _Reach:
    """An element that a step is about. seconds: how long it takes to bring it into view."""

    def __init__(self, stage: Stage, element: ElementHandle, box: Box, seconds: float, scroll: Play) -> None:
        self._stage = stage
        self._element = element
        self._box = box
        self._scroll = scroll
        self._arrived = seconds == 0
        self.seconds = seconds

    async def bring(self, seconds: float) -> bool:
        """Whether it is in view by now."""
        if not self._arrived:
            await self._scroll(min(seconds, self.seconds))
            self._arrived = seconds >= self.seconds
        return self._arrived

    async def box(self) -> Box:
        """Where it is now, or was last seen."""
        self._box = await self._stage.box_of(self._element) or self._box
        return self._box


async def _hover(stage: Stage, step: Hover) -> Play:
    reached = await _reach_for(stage, step)
    return _nothing if reached is None else _Way(stage, reached, step.length, BESIDE).play


class _Way:
    """The cursor's way to an element. arrives: the second at which it is there."""

    def __init__(self, stage: Stage, reached: _Reach, length: float, spot: tuple[float, float]) -> None:
        self._stage = stage
        self._reached = reached
        self._start = stage.hand.at
        self._spot = spot
        self._there = False
        self.arrives = reached.seconds + min(TRAVEL_SECONDS, 0.55 * (length - reached.seconds))

    async def play(self, seconds: float) -> None:
        if self._there or not await self._reached.bring(seconds):
            return
        part = (seconds - self._reached.seconds) / (self.arrives - self._reached.seconds)
        await self._stage.hand.move(on_curve(self._start, _at(await self._reached.box(), self._spot), part))
        self._there = part >= 1


def _at(box: Box, spot: tuple[float, float]) -> tuple[float, float]:
    """Where on an element a hand comes to rest; on wide ones near their start."""
    return box.left + min(box.width * spot[0], 220.0), box.top + min(box.height * spot[1], 80.0)


async def _click(stage: Stage, step: Click) -> Play:
    reached = await _reach_for(stage, step)
    return _nothing if reached is None else _click_on(stage, reached, step.length)


def _click_on(stage: Stage, reached: _Reach, length: float) -> Play:
    way = _Way(stage, reached, length, UPON)
    press = min(way.arrives + 0.12, max(way.arrives, LATEST_PRESS * length))
    done = 0

    async def play(seconds: float) -> None:
        nonlocal done
        await way.play(seconds)
        if done == 0 and seconds >= press:
            done = 1
            await stage.hand.press()
        if done == 1 and seconds >= min(press + PRESS_SECONDS, length):
            done = 2
            await stage.release()

    return play


async def _type(stage: Stage, step: Type) -> Play:
    reached = await _reach_for(stage, step)
    if reached is None:
        return _nothing
    first = min(CLICK_SECONDS, 0.5 * step.length)
    click = _click_on(stage, reached, first)
    pace = (step.length - first) / len(step.text)
    typed = 0

    async def play(seconds: float) -> None:
        nonlocal typed
        await click(min(seconds, first))
        due = min(len(step.text), int((seconds - first) / pace + 1e-6)) if seconds > first else 0
        if due > typed:
            letters, typed = step.text[typed:due], due
            await stage.type(letters)

    return play


async def _zoom(stage: Stage, step: Zoom) -> Play:
    reached = await _reach_for(stage, step)
    if reached is None and step.selector is not None:
        return _nothing
    start = stage.lens
    length = step.seconds - (reached.seconds if reached else 0)

    async def play(seconds: float) -> None:
        target = WHOLE
        if reached is not None:
            if not await reached.bring(seconds):
                return
            view = stage.viewport
            target = lens_on(await reached.box(), view.width, view.height, step.scale)
        stage.lens = between(start, target, reach((seconds - step.seconds + length) / length))

    return play


async def _highlight(stage: Stage, step: Highlight) -> Play:
    reached = await _reach_for(stage, step)
    if reached is None:
        return _nothing

    async def play(seconds: float) -> None:
        if not await reached.bring(seconds):
            return
        fade = min(LIGHT_FADE_SECONDS, (step.length - reached.seconds) / 3)
        strength = min(1.0, (seconds - reached.seconds) / fade, (step.length - seconds) / fade)
        stage.light = (await reached.box(), strength, LIGHT_PADDING) if strength > 0 else None

    return play


_BEGIN: dict[type[Any], Callable[[Stage, Any], Awaitable[Play]]] = {
    Click: _click,
    Goto: _goto,
    Hide: _hide,
    Highlight: _highlight,
    Hold: _hold,
    Hover: _hover,
    Scroll: _scroll,
    Type: _type,
    Wait: _wait,
    Zoom: _zoom,
}
