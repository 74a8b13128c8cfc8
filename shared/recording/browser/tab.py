"""One tab whose frames we begin and whose time we hold, shielded from what pages do to be in the way."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime

from shared.errors import LeadreelError, Retryable
from shared.recording.browser.caps import CAPS, Caps
from shared.recording.browser.cdp import Connection, Params, Session
from shared.recording.browser.chromium import START_SECONDS, Browser, BrowserNotStarted
from shared.recording.browser.muting import mute
from shared.recording.job import Viewport
from shared.recording.page.clock import FrameClock
from shared.recording.page.inpage import SHIELD, InPage
from shared.recording.page.stage import Stage

_ELSEWHERE = {"differentDocument", "reload", "restore", "restoreWithPost", "reloadBypassingCache"}
_CRASHED = "the page crashed its tab of the browser"


class PageCrashed(Retryable):
    """The process that shows the page died."""


async def new_stage(browser: Browser, viewport: Viewport, caps: Caps = CAPS) -> tuple[Stage, Session]:
    """The only tab of the browser, empty, its time stopped."""
    connection = browser.connection
    tab = await _first_tab(connection)
    attached = await connection.call("Target.attachToTarget", {"targetId": tab, "flatten": True})
    target = Session(connection, str(attached["sessionId"]))
    clock = FrameClock(target, viewport.fps, caps)
    stage = Stage(clock, InPage(target, tab, caps), target, viewport, browser.version)
    await _shield(connection, target, stage, tab)
    await mute(connection, tab)
    await clock.stop(_date())
    return stage, target


async def _first_tab(connection: Connection) -> str:
    """The one that the browser opens, of its window's size. It may come up a moment after the browser."""
    try:
        async with asyncio.timeout(START_SECONDS):
            while True:
                for target in (await connection.call("Target.getTargets"))["targetInfos"]:
                    if target["type"] == "page":
                        return str(target["targetId"])
                await asyncio.sleep(0.01)
    except TimeoutError as error:
        raise BrowserNotStarted("the browser opens no tab") from error


def _date() -> float:
    """What pages believe the date to be: today at noon (UTC), so that recordings of one day are alike."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0).timestamp()


async def _shield(connection: Connection, target: Session, stage: Stage, tab: str) -> None:
    """Dismiss what a page may put between itself and the camera."""
    chores: set[asyncio.Task[None]] = set()

    async def close(accept: bool) -> None:
        with contextlib.suppress(LeadreelError):  # gone, or dismissed by Playwright
            await target.call("Page.handleJavaScriptDialog", {"accept": accept})

    def notice_leaving(event: Params) -> None:
        if event["frameId"] == tab and event.get("disposition", "currentTab") == "currentTab":
            stage.leaving = event.get("navigationType", "differentDocument") in _ELSEWHERE

    def notice_staying(event: Params) -> None:
        stage.leaving = stage.leaving and event["frameId"] != tab

    def notice_navigation(event: Params) -> None:
        if "parentId" not in event["frame"]:
            stage.navigated = True

    def dismiss(event: Params) -> None:
        # leaving must not be asked about, everything else is answered with no
        closing = asyncio.create_task(close(event["type"] == "beforeunload"))
        chores.add(closing)
        closing.add_done_callback(chores.discard)

    target.on("Page.javascriptDialogOpening", dismiss)
    target.on("Page.frameRequestedNavigation", notice_leaving)
    target.on("Page.frameStartedNavigating", notice_leaving)
    target.on("Page.frameStoppedLoading", notice_staying)
    target.on("Page.frameNavigated", notice_navigation)
    target.on("Inspector.targetCrashed", lambda _: target.lose(PageCrashed(_CRASHED)))
    await connection.call("Browser.setDownloadBehavior", {"behavior": "deny"})
    await target.call("Inspector.enable")
    await target.call("Page.enable")
    await target.call("Page.addScriptToEvaluateOnNewDocument", {"source": SHIELD})
