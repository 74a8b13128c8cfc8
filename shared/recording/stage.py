"""A page on show: opened, settled, and moved from frame to frame along its tour."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.async_api import Page

from shared.recording.clock import FrameClock
from shared.recording.inpage import InPage
from shared.recording.job import Viewport
from shared.recording.motion import motions_at, on_pixels
from shared.recording.steps import TourStep


@dataclass
class Stage:
    """What is on show. url, status: of the page as it was in the end reached; empty and 0 for a card.

    driver: Playwright's hands on the page, for what a visitor does there; None for a card.
    navigated: set when the page goes somewhere else by itself, so that the clock is looked up again.
    """

    clock: FrameClock
    page: InPage
    viewport: Viewport
    browser_version: str
    steps: tuple[TourStep, ...] = ()
    url: str = ""
    status: int = 0
    load_seconds: float = 0.0
    driver: Page | None = None
    navigated: bool = False
    _scrolls: dict[int, tuple[float, float]] = field(default_factory=dict)

    async def tick(self) -> None:
        """One frame further in the page's time."""
        if self.navigated:
            self.navigated = False
            self.page.forget()
            await self.page.loading()  # our world in the new page keeps its frames coming
            await self.clock.resync()
        await self.clock.advance()

    async def go_to(self, frame: int) -> None:
        """Bring time and scroll position to this frame; frames come one after the other, from 0."""
        if frame > 0:
            await self.tick()
        for motion in motions_at(self.steps, frame, self.viewport.fps):
            if motion.step not in self._scrolls:
                self._scrolls[motion.step] = await self.page.scroll_start(motion.to)
            start, target = self._scrolls[motion.step]
            top = start + (target - start) * motion.progress
            await self.page.scroll(on_pixels(top, self.viewport.device_scale))
