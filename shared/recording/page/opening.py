"""Open a page or a card in a browser of its own, and wait until it has loaded and settled."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from shared.egress import NOTHING, EgressProxy, Limits, NotAllowed, check_url
from shared.recording.browser.access import Access
from shared.recording.browser.admission import admit
from shared.recording.browser.caps import CAPS, Caps
from shared.recording.browser.cdp import Session
from shared.recording.browser.chromium import find_chromium, launched
from shared.recording.browser.driver import Driver, driver
from shared.recording.browser.main_frame import MainFrame
from shared.recording.browser.tab import new_stage
from shared.recording.browser.traffic import Traffic
from shared.recording.browser.visitor import ANYBODY, choose_colors, introduce
from shared.recording.faults import PageFault
from shared.recording.job import Card, Tour, Viewport
from shared.recording.page.resting import tells_of_motion
from shared.recording.page.stage import Stage
from shared.recording.page.visit import Guide, directed


@contextlib.asynccontextmanager
async def opened(
    source: Tour | Card,
    viewport: Viewport,
    *,
    allow_hosts: tuple[str, ...] = (),
    chromium_path: Path | None = None,
    deadline_seconds: float = 600.0,
    caps: Caps = CAPS,
    access: Access | None = None,
    shared_driver: Driver | None = None,
) -> AsyncIterator[Stage]:
    """The source on show at its second 0, in a fresh browser; everything is gone when left.

    access: what lets us into the page, unsealed.
    shared_driver: Playwright's, where several browsers have one; else one is started.

    Raises:
        PageFault: the page can't be recorded.
        UnknownTimezone, UnknownLocale, WrongAccess: the visitor can't be whom they are asked to be.
        Retryable: the browser failed us.
    """
    if isinstance(source, Tour):
        try:
            check_url(source.url, allow_hosts)
        except NotAllowed as error:
            raise PageFault(str(error), url=source.url) from error
    program = find_chromium(chromium_path)
    limits = NOTHING if isinstance(source, Card) else _limits(caps)
    visitor = ANYBODY if isinstance(source, Card) else source.visitor
    async with (
        driver(shared_driver) if isinstance(source, Tour) else contextlib.nullcontext() as director,
        EgressProxy(allow_hosts, limits=limits).serving() as proxy,
        launched(
            program,
            proxy.port,
            viewport,
            deadline_seconds=deadline_seconds,
            memory_mb=caps.memory_mb,
            visitor=visitor,
        ) as browser,
    ):
        stage, target = await new_stage(browser, viewport, caps)
        if isinstance(source, Card):
            await _show_card(stage, target, source)
            yield stage
            return
        assert director is not None  # a tour has one
        await introduce(target, visitor, browser.user_agent)
        if access:
            await admit(target, access, source.url)
        async with directed(browser, director) as page:
            await choose_colors(page, visitor)
            main_frame = MainFrame(target, stage.page.frame_id)
            traffic = Traffic(target, main_frame, proxy, caps, len(source.steps))
            stage.guide = Guide(page, main_frame, traffic, proxy, allow_hosts, caps)
            stage.steps, stage.still = source.steps, source.still
            stage.show_cursor, stage.highlight_clicks = source.show_cursor, source.highlight_clicks
            await traffic.watch()
            await stage.visit(source.url)
            yield stage


def _limits(caps: Caps) -> Limits:
    return Limits(caps.requests, caps.response_bytes, caps.page_bytes)


async def _show_card(stage: Stage, target: Session, card: Card) -> None:
    if card.transparent:
        clear = {"r": 0, "g": 0, "b": 0, "a": 0}
        await target.call("Emulation.setDefaultBackgroundColorOverride", {"color": clear})
        stage.clock.with_alpha = True
    stage.tells_of_motion = tells_of_motion(card.html)
    await stage.clock.round_off()
    tree = await target.call("Page.getFrameTree")
    frame = tree["frameTree"]["frame"]["id"]
    await target.call("Page.setDocumentContent", {"frameId": frame, "html": card.html})
    started = time.monotonic()
    while await stage.page.loading() != ("complete", True):
        if time.monotonic() - started > CAPS.load_seconds:
            raise PageFault("the card has not loaded")
        await stage.clock.advance()
    await stage.page.restart()
    stage.clock.start_counting()
