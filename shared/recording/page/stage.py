"""A page on show: opened, settled, and moved from frame to frame along its tour."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from shared.recording.browser.cdp import CommandFailed, Session
from shared.recording.faults import PageFault
from shared.recording.job import Viewport
from shared.recording.page.arriving import arrive, calm_down
from shared.recording.page.banners import dismiss
from shared.recording.page.clock import FrameClock
from shared.recording.page.inpage import InPage
from shared.recording.page.visit import Guide
from shared.recording.tour.acts import Play, begin
from shared.recording.tour.hand import Hand
from shared.recording.tour.lens import WHOLE, Box, Lens
from shared.recording.tour.motion import moments_at, on_pixels
from shared.recording.tour.steps import TourStep, named

FIND_SECONDS = 10.0
TEND_SECONDS = 0.5
COMES_FROM = (0.7, 1.04)  # of the view: where the hand is before it is first used, out of the picture

Light = tuple[Box, float, float]
"""What is lit: a box, how strongly (0 to 1), and how much room around it, in CSS pixels."""


@dataclass
class Stage:
    """What is on show. url, status: of the page as it was in the end reached; empty and 0 for a card.

    guide: takes the page to other addresses; driver: Playwright's page. None for a card.
    still: nobody touches the page; its second 0 is its load.
    tells_of_motion: all that can change what is shown are the animations that the document knows of.
    leaving, navigated: set when the page is about to go, and has gone, somewhere else.
    """

    clock: FrameClock
    page: InPage
    session: Session
    viewport: Viewport
    browser_version: str
    steps: tuple[TourStep, ...] = ()
    still: bool = False
    tells_of_motion: bool = False
    show_cursor: bool = True
    highlight_clicks: bool = True
    url: str = ""
    status: int = 0
    load_seconds: float = 0.0
    guide: Guide | None = None
    leaving: bool = False
    navigated: bool = False
    lens: Lens = WHOLE
    light: Light | None = None
    hand: Hand = field(init=False)
    _plays: dict[int, Play] = field(default_factory=dict)
    _hidden: tuple[str, ...] = ()
    _drawn: object = None
    _seen_by: tuple[float, float, float] | None = None  # what the browser's lens is set to

    def __post_init__(self) -> None:
        x, y = COMES_FROM
        width, height = self.viewport.width, self.viewport.height
        self.hand = Hand(self.session, (width, height), (width * x, height * y))

    @property
    def driver(self) -> Page | None:
        return self.guide.page if self.guide else None

    async def go_to(self, frame: int) -> None:
        """Bring the page to this frame; frames come one after the other, from 0.

        Raises:
            PageFault: a step of the tour can't be performed; the text names it.
        """
        fps = self.viewport.fps
        if frame > 0:
            self.hand.go_on(1 / fps)
            await self.tick()
            if self.guide and frame % round(TEND_SECONDS * fps) == 0:
                await self.page.keep()
                await dismiss(self.page)
        for moment in moments_at(self.steps, frame, fps):
            try:
                if moment.index not in self._plays:
                    self._plays[moment.index] = await begin(self, self.steps[moment.index])
                await self._plays[moment.index](moment.seconds)
            except PageFault as fault:
                raise fault.during(named(self.steps[moment.index], moment.index)) from fault
        await self._show()

    async def tick(self) -> None:
        """One frame further in the page's time, or off camera to wherever the page has gone."""
        await self.clock.advance()
        await self._follow()

    async def _follow(self) -> None:
        if (self.leaving or self.navigated) and self.guide is not None:
            await self.guide.follow(self)

    async def release(self) -> None:
        """Let go of what is pressed, and follow the page if that makes it leave."""
        await self.hand.release()
        await self._see_what_comes_of_it()

    async def _see_what_comes_of_it(self) -> None:
        """What input does is known once the page has answered after it."""
        await self.page.loading()
        await self._follow()

    async def arrive(self) -> None:
        """Off camera: let the page that was gone to load and settle.

        Raises:
            PageFault: it does not, in time.
        """
        await arrive(self)
        self._drawn = None
        if self._hidden:
            await self.page.hide(self._hidden)

    async def visit(self, url: str) -> None:
        """Off camera: go to another page. Raises PageFault."""
        if self.guide is not None:
            await self.guide.visit(self, url)

    async def pass_off_camera(self) -> None:
        """Let a frame's time pass that the film does not show."""
        await self.tick()
        await self.clock.draw()
        await calm_down(self.clock)

    async def find(
        self, selector: str, *, optional: bool = False, seconds: float = FIND_SECONDS
    ) -> ElementHandle | None:
        """The first element that can be seen; off camera until it is there, unless it is optional.

        Raises:
            PageFault: there is none after so many seconds of the page's time.
        """
        if self.guide is None:
            return None
        for _ in range(round(seconds * self.viewport.fps) + 1):
            element = await self.guide.find(selector)
            if element is not None or optional:
                return element
            await self.pass_off_camera()
        raise PageFault(f"{selector} matches nothing that can be seen, also after {seconds:g} s")

    async def wait_quiet(self, calm: float, seconds: float) -> None:
        """Off camera, until the page has asked for nothing during `calm` seconds of its time.

        Raises:
            PageFault: it goes on asking.
        """
        if self.guide is None:
            return
        traffic = self.guide.traffic
        asked, quiet = traffic.asked, 0.0
        for _ in range(round(seconds * self.viewport.fps) + 1):
            await self.pass_off_camera()
            quiet += 1 / self.viewport.fps
            if traffic.asked != asked:
                asked, quiet = traffic.asked, 0.0
            if quiet >= calm:
                return
        raise PageFault(f"the network is not quiet after {seconds:g} s: the page keeps asking for more")

    async def box_of(self, element: ElementHandle) -> Box | None:
        """Where an element is in the view now; None if it is not to be seen any more."""
        with contextlib.suppress(PlaywrightError):
            box = await element.bounding_box()
            if box is not None:
                return Box(box["x"], box["y"], box["width"], box["height"])
        return None

    async def scroll(self, top: float) -> None:
        """Scroll to so many CSS pixels from the top, on a whole device pixel."""
        await self.page.scroll(on_pixels(top, self.viewport.device_scale))

    async def hide(self, selectors: Sequence[str]) -> None:
        """Take what these CSS selectors match out of the picture, from now on. Raises PageFault."""
        self._hidden = (*self._hidden, *selectors)
        try:
            await self.page.hide(self._hidden)
        except CommandFailed as error:
            raise PageFault(f"one of {', '.join(selectors)} is no CSS selector") from error

    async def type(self, letters: str) -> None:
        """Type into whatever has the focus."""
        if self.driver is not None:
            await self.driver.keyboard.type(letters)
            await self._see_what_comes_of_it()

    async def _show(self) -> None:
        """Bring what we draw over the page, and how close we look, up to this frame."""
        cursor = (*self.hand.at, self.hand.pressed) if self.show_cursor and self.hand.used else None
        ripple = self.hand.ripple() if self.highlight_clicks else None
        light = None
        if self.light is not None:
            box, strength, room = self.light
            light = (box.left - room, box.top - room, box.width + 2 * room, box.height + 2 * room, strength)
        drawn = (cursor, ripple, light)
        if drawn != (self._drawn or (None, None, None)):
            await self.page.draw(*drawn)
            self._drawn = drawn
        await self._look_through_lens()

    async def _look_through_lens(self) -> None:
        """The browser draws the part that is seen anew at its size: nothing is blown up."""
        if self.lens == WHOLE:
            if self._seen_by is not None:
                self._seen_by = None
                await self.session.call("Emulation.clearDeviceMetricsOverride")
            return
        place = await self.page.place()
        seen_by = (self.lens.left + place.x, self.lens.top + place.y, self.lens.scale)
        if seen_by == self._seen_by:
            return
        self._seen_by = seen_by
        x, y, scale = seen_by
        part = {
            "x": x,
            "y": y,
            "width": self.viewport.width / scale,
            "height": self.viewport.height / scale,
            "scale": scale,
        }
        unchanged = {"width": 0, "height": 0, "deviceScaleFactor": 0, "mobile": False}
        await self.session.call("Emulation.setDeviceMetricsOverride", {**unchanged, "viewport": part})
