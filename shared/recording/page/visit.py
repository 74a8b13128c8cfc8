"""Go to pages with Playwright, and find what is on them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from shared.egress import EgressProxy, NotAllowed, check_url
from shared.errors import Retryable
from shared.recording.browser.caps import Caps
from shared.recording.browser.chromium import Browser
from shared.recording.browser.driver import Driver
from shared.recording.browser.main_frame import MainFrame
from shared.recording.browser.traffic import Traffic
from shared.recording.faults import (
    PageFault,
    fault_at,
    network_reason,
    never_loads,
    status_reason,
)
from shared.recording.quality.observing import observe
from shared.recording.quality.verdict import wall

if TYPE_CHECKING:
    from shared.recording.page.stage import Stage


@contextlib.asynccontextmanager
async def directed(browser: Browser, driver: Driver) -> AsyncIterator[Page]:
    """Playwright on our tab, for what happens on the page; the clock and the pictures stay ours."""
    try:
        connected = await (await asyncio.shield(driver)).chromium.connect_over_cdp(
            browser.endpoint, artifacts_dir=browser.folder
        )
        page = connected.contexts[0].pages[0]
    except (PlaywrightError, IndexError) as error:
        raise Retryable("Playwright can't connect to the browser") from error
    try:
        yield page
    finally:
        with contextlib.suppress(PlaywrightError):  # the browser may have gone before
            await connected.close()


class Guide:
    """Takes the main frame from address to address, and finds elements."""

    def __init__(
        self,
        page: Page,
        main_frame: MainFrame,
        traffic: Traffic,
        proxy: EgressProxy,
        allow_hosts: tuple[str, ...],
        caps: Caps,
    ) -> None:
        self.page = page
        self.main_frame = main_frame
        self.traffic = traffic
        self._proxy = proxy
        self._allow_hosts = allow_hosts
        self._caps = caps

    async def visit(self, stage: Stage, url: str) -> None:
        """Bring a page to its second 0, which has to come within the caps' `load_seconds`.

        Raises:
            PageFault: naming what is wrong with it.
        """
        try:
            check_url(url, self._allow_hosts)
        except NotAllowed as error:
            raise PageFault(str(error), url=url) from error
        started = time.monotonic()
        self.main_frame.going_to = url
        async with self._in_time():
            await self._go(url)
            await stage.arrive()
        stage.load_seconds = time.monotonic() - started
        self._note(stage)
        await self._judge(stage)

    async def follow(self, stage: Stage) -> None:
        """The page went elsewhere by itself: bring it to its second 0 there. Raises PageFault."""
        async with self._in_time():
            await stage.arrive()
        self._note(stage)

    def _note(self, stage: Stage) -> None:
        if self.main_frame.failure:
            raise self._unreached(self.main_frame.url, self.main_frame.failure)
        stage.url, stage.status = self.main_frame.url, self.main_frame.status

    def _unreached(self, url: str, message: str) -> PageFault:
        fault = fault_at(self._proxy, url)
        return PageFault(fault.reason if fault else network_reason(url, message), url=url)

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._caps.load_seconds):
                yield
        except TimeoutError as error:
            url = self.main_frame.going_to
            raise PageFault(never_loads(url, self._caps.load_seconds), url=url) from error

    async def _go(self, url: str) -> None:
        """Navigate while the page's time stands still, so that its first script finds it at zero."""
        try:
            await self.page.goto(url, wait_until="commit", timeout=0)
        except PlaywrightError as error:
            raise self._unreached(self.main_frame.going_to, error.message) from error

    async def _judge(self, stage: Stage) -> None:
        """An error page is no page to film."""
        url, status = stage.url, stage.status
        if status < 400:
            return
        fault = fault_at(self._proxy, url) if status in {403, 502} else None
        check = None if fault else wall(url, await observe(stage.page), "bot")
        reason = fault.reason if fault else check or status_reason(url, status)
        raise PageFault(reason, url=url, status=0 if fault else status)

    async def find(self, selector: str) -> ElementHandle | None:
        """The first element that can be seen, as the page stands now.

        Raises:
            PageFault: if it is no selector.
        """
        try:
            return await self.page.query_selector(f"{selector} >> visible=true")
        except PlaywrightError as error:
            raise PageFault(f"{selector} can't be looked for: {error.message.splitlines()[0]}") from error
