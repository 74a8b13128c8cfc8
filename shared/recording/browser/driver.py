"""Playwright's driver: a process that takes as long to start as a browser does, so it starts beside one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from playwright.async_api import Playwright, async_playwright

from shared.recording.browser.ending import to_the_end

Driver = asyncio.Task[Playwright]
"""The driver, up or on its way. Several browsers may share one."""


@contextlib.asynccontextmanager
async def driver(shared: Driver | None = None) -> AsyncIterator[Driver]:
    """A driver that is gone when left; or the shared one, which is left as it is."""
    if shared is not None:
        yield shared
        return
    manager = async_playwright()
    starting = asyncio.create_task(manager.start())
    try:
        yield starting
    finally:
        await to_the_end(_stop(starting))


async def _stop(starting: Driver) -> None:
    with contextlib.suppress(Exception):  # whoever needed it was told why it does not start
        await (await starting).stop()
