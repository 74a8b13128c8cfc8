"""Go to pages with Playwright, and find what is on them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from playwright.async_api import ElementHandle, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from shared.egress import EgressProxy, NotAllowed, check_url
from shared.errors import Retryable
from shared.recording.browser.caps import Caps
from shared.recording.browser.chromium import Browser
from shared.recording.browser.driver import Driver
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
        self, page: Page, traffic: Traffic, proxy: EgressProxy, allow_hosts: tuple[str, ...], caps: Caps
    ) -> None:
        self.page = page
        self.traffic = traffic
        self._proxy = proxy
        self._allow_hosts = allow_hosts
        self._caps = caps
        self._url = ""  # where the main frame went last, by itself or by redirects, and what it was answered
        self._status = 0
        page.on("request", self._request)
        page.on("response", self._response)

    def _request(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self._url = request.url

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self._status = response.status

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
        self._url, self._status = url, 0
        async with self._in_time():
            await self._go(url)
            await stage.arrive()
        stage.load_seconds = time.monotonic() - started
        stage.url = self.page.url
        stage.status = self._status
        await self._judge(stage)

    async def follow(self, stage: Stage) -> None:
        """The page went elsewhere by itself: bring it to its second 0 there. Raises PageFault."""
        async with self._in_time():
            await stage.arrive()
        stage.url, stage.status = self.page.url, self._status

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._caps.load_seconds):
                yield
        except TimeoutError as error:
            raise PageFault(never_loads(self._url, self._caps.load_seconds), url=self._url) from error

    async def _go(self, url: str) -> None:
        """Navigate while the page's time stands still, so that its first script finds it at zero."""
        try:
            await self.page.goto(url, wait_until="commit", timeout=0)
        except PlaywrightError as error:
            fault = fault_at(self._proxy, self._url)
            reason = fault.reason if fault else network_reason(self._url, error.message)
            raise PageFault(reason, url=self._url) from error

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
