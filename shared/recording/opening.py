"""Open a page or a card in a browser of its own, and wait until it has loaded and settled."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from shared.egress import NOTHING, EgressProxy, NotAllowed, check_url
from shared.recording.cdp import Session
from shared.recording.chromium import find_chromium, launched
from shared.recording.faults import LOAD_SECONDS, PageFault
from shared.recording.job import Card, Tour, Viewport
from shared.recording.stage import Stage
from shared.recording.tab import new_stage
from shared.recording.visit import directed, visit


@contextlib.asynccontextmanager
async def opened(
    source: Tour | Card,
    viewport: Viewport,
    *,
    allow_hosts: tuple[str, ...] = (),
    chromium_path: Path | None = None,
    deadline_seconds: float = 600.0,
    load_seconds: float = LOAD_SECONDS,
) -> AsyncIterator[Stage]:
    """The source on show at its second 0, in a fresh browser; everything is gone when left.

    Raises:
        PageFault: the page can't be recorded.
        Retryable: the browser failed us.
    """
    if isinstance(source, Tour):
        try:
            check_url(source.url, allow_hosts)
        except NotAllowed as error:
            raise PageFault(str(error), url=source.url) from error
    program = find_chromium(chromium_path)
    limits = NOTHING if isinstance(source, Card) else None
    async with (
        EgressProxy(allow_hosts, limits=limits).serving() as proxy,
        launched(program, proxy.port, viewport, deadline_seconds=deadline_seconds) as browser,
    ):
        stage, target = await new_stage(browser, viewport)
        if isinstance(source, Card):
            await _show_card(stage, target, source)
            yield stage
            return
        async with directed(browser) as page:
            stage.steps = source.steps
            await visit(stage, page, source.url, proxy, load_seconds)
            yield stage


async def _show_card(stage: Stage, target: Session, card: Card) -> None:
    tree = await target.call("Page.getFrameTree")
    frame = tree["frameTree"]["frame"]["id"]
    await target.call("Page.setDocumentContent", {"frameId": frame, "html": card.html})
    started = time.monotonic()
    while await stage.page.loading() != ("complete", True):
        if time.monotonic() - started > LOAD_SECONDS:
            raise PageFault("the card has not loaded")
        await stage.clock.advance()
    await stage.page.restart()
    stage.clock.start_counting()
