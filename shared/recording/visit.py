"""Go to a page with Playwright, and wait until it has loaded and settled."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Request, Response, async_playwright

from shared.egress import EgressProxy
from shared.errors import Retryable
from shared.recording.chromium import Browser
from shared.recording.faults import (
    PageFault,
    fault_at,
    network_reason,
    never_loads,
    status_reason,
)
from shared.recording.stage import Stage

SETTLE_SECONDS = 0.5


@contextlib.asynccontextmanager
async def directed(browser: Browser) -> AsyncIterator[Page]:
    """Playwright on our tab, for what happens on the page; the clock and the pictures stay ours."""
    async with async_playwright() as playwright:
        try:
            connected = await playwright.chromium.connect_over_cdp(browser.endpoint)
            page = connected.contexts[0].pages[0]
        except (PlaywrightError, IndexError) as error:
            raise Retryable("Playwright can't connect to the browser") from error
        yield page


@dataclass
class _Trail:
    """Where the main frame went, by itself or by redirects, and what it was answered."""

    page: Page
    urls: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def follow(self) -> None:
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _request(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.urls.append(request.url)

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.statuses.append(response.status)


async def visit(stage: Stage, page: Page, url: str, proxy: EgressProxy, load_seconds: float) -> None:
    """Bring the page to its second 0, which has to come within `load_seconds`.

    Raises:
        PageFault: naming what is wrong with it.
    """
    started = time.monotonic()
    trail = _Trail(page, [url])
    trail.follow()
    try:
        async with asyncio.timeout(load_seconds):
            await _go(page, trail, proxy)
            await _settle(stage)
    except TimeoutError as error:
        raise PageFault(never_loads(trail.urls[-1], load_seconds), url=trail.urls[-1]) from error
    stage.driver = page
    stage.load_seconds = time.monotonic() - started
    stage.url = page.url
    stage.status = trail.statuses[-1] if trail.statuses else 0
    _judge(stage, proxy)
    stage.clock.start_counting()


async def _go(page: Page, trail: _Trail, proxy: EgressProxy) -> None:
    """Navigate while the page's time stands still, so that its first script finds it at zero."""
    try:
        await page.goto(trail.urls[0], wait_until="commit", timeout=0)
    except PlaywrightError as error:
        reached = trail.urls[-1]
        fault = fault_at(proxy, reached)
        reason = fault.reason if fault else network_reason(reached, error.message)
        raise PageFault(reason, url=reached) from error


async def _settle(stage: Stage) -> None:
    """Let the page load and then stand for a moment, in its own time.

    It ends on whole half seconds of that time, so that a page which was ready a frame sooner or later in
    another recording has the same second 0.
    """
    calm, pace = 0, round(SETTLE_SECONDS * stage.viewport.fps)
    while calm < pace or stage.clock.frame % pace:
        await stage.tick()
        await stage.clock.draw()
        ready, fonts = await stage.page.loading()
        waits_in_vain = not stage.clock.network_held
        if (ready == "complete" and fonts) or (waits_in_vain and ready == "interactive"):
            calm += 1
        else:
            calm = 0
            if waits_in_vain:
                await asyncio.sleep(0.02)  # nothing holds the clock any more; don't race through hours


def _judge(stage: Stage, proxy: EgressProxy) -> None:
    """An error page is no page to film."""
    if stage.status < 400:
        return
    fault = fault_at(proxy, stage.url) if stage.status in {403, 502} else None
    reason = fault.reason if fault else status_reason(stage.url, stage.status)
    raise PageFault(reason, url=stage.url, status=0 if fault else stage.status)
