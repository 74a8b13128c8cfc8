"""Off camera: a page that was gone to loads and settles, in its own time and always alike."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from shared.recording.faults import PageFault
from shared.recording.page.banners import dismiss
from shared.recording.page.clock import FrameClock
from shared.recording.page.playback import Playback

if TYPE_CHECKING:
    from shared.recording.page.stage import Stage

SETTLE_SECONDS = 0.5
TINY_TICK, LOAD_TICK = 1, 1_000  # microseconds
LOAD_GRID, LOAD_OFFSET = 10_000, 5_000
IDLE_TICKS = 20  # after an answer the page takes a moment of ours until it asks for more
ANSWER_SECONDS = 3.0  # without news of an answer, until the page's time goes on
LEAVE_TICKS = 200
MOST_HOPS = 20


async def arrive(stage: Stage) -> None:
    """Bring the page to its second 0: loaded, and unless it is to be filmed from there, settled.

    Raises:
        PageFault: it goes on to other pages again and again.
    """
    for _ in range(MOST_HOPS):
        await _leave(stage)
        stage.leaving = stage.navigated = False
        stage.page.forget()
        await stage.page.loading()  # our world in the new page keeps its frames coming
        await stage.clock.resync()
        await _load(stage)
        if not _goes_on(stage):
            await dismiss(stage.page)  # from here on also what comes later
        if not (_goes_on(stage) or stage.still):
            await _settle(stage)
        if not _goes_on(stage):
            stage.clock.start_counting()
            return
    raise PageFault("it goes on to another address again and again")


async def _leave(stage: Stage) -> None:
    """Until the page that was asked for is there. What is no page (a download, `mailto:`) never is."""
    passed = 0
    while stage.leaving and not stage.navigated and passed < LEAVE_TICKS:
        under_way = stage.guide is not None and stage.guide.main_frame.under_way
        passed = 0 if under_way else passed + 1
        await stage.clock.let_pass(LOAD_TICK)
        await asyncio.sleep(0.002)


async def _load(stage: Stage) -> None:
    """Until the page's `load` event no frame is drawn: its animations begin with its first frame.

    Next to no time passes on the page while answers are on their way, so that it is all one how soon they
    come. What comes late all the same comes on a whole hundredth of a second, where the browser holds the
    page's time for the network; to end between two of these makes two loads alike.
    """
    passed = idle = 0
    while not await _loaded(stage):
        idle = 0 if _answers_come(stage) else idle + 1
        tick = TINY_TICK if idle < IDLE_TICKS else LOAD_TICK
        await stage.clock.let_pass(tick)
        passed += tick
        if _goes_on(stage):
            return
        await calm_down(stage.clock)
    await stage.clock.let_pass((LOAD_OFFSET - passed - 1) % LOAD_GRID + 1)


async def _settle(stage: Stage) -> None:
    """Let the page stand for a moment, in its own time.

    It ends on whole half seconds of that time, so that a page which was ready a frame sooner or later in
    another recording has the same second 0.
    """
    stage.clock.start_counting()
    calm, pace = 0, round(SETTLE_SECONDS * stage.viewport.fps)
    videos = Playback(stage.page)
    while (
        calm < pace
        or stage.clock.frame % pace
        or (await dismiss(stage.page)).acted
        or await videos.put_in_step()
    ):
        await stage.clock.draw()
        await stage.clock.advance()
        if _goes_on(stage):
            return
        if await _loaded(stage):
            calm += 1
        else:
            calm = 0
            await calm_down(stage.clock)


def _answers_come(stage: Stage) -> bool:
    return stage.guide is not None and stage.guide.traffic.expected(ANSWER_SECONDS)


def _goes_on(stage: Stage) -> bool:
    return stage.leaving or stage.navigated


async def _loaded(stage: Stage) -> bool:
    ready, fonts = await stage.page.loading()
    waits_in_vain = not stage.clock.network_held
    return (ready == "complete" and fonts) or (waits_in_vain and ready == "interactive")


async def calm_down(clock: FrameClock) -> None:
    """Where the network does not hold the page's clock any more: don't race through hours of its time."""
    if not clock.network_held:
        await asyncio.sleep(0.02)
