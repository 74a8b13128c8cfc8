"""The page's clock, which only we move: virtual time and the frames drawn at its moments.

Virtual time and the compositor's frame times share one origin, so that at frame n Date, timers,
performance.now(), requestAnimationFrame and animations all say n/fps.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from collections.abc import Iterator

from shared.errors import Permanent, Retryable
from shared.recording.browser.caps import CAPS, Caps
from shared.recording.browser.cdp import LOST, NoAnswer, Params, Session

JPEG = {"format": "jpeg", "quality": 92}
PNG = {"format": "png", "optimizeForSpeed": True}
NO_PICTURE_PAUSES = (0, 0, 0, 0, 0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
"""Seconds before each try: the very first frames of a target may come without a picture, on a busy machine
more of them."""
MICRO = 1_000_000
AGE = 8_192_000  # microseconds; more than a browser takes to come up
# Pictures that may move by themselves: the compositor begins their show when it first draws them.
MOVING_PICTURES = {"image/gif", "image/webp", "image/avif", "image/apng"}


# Pages are told the time in tenths of a millisecond; what lies between is rounded by chance.
# https://www.w3.org/TR/hr-time-3/#clock-resolution
GRAIN = 100


def moment_of(frame: int, fps: int) -> int:
    """When a frame is, in microseconds after frame 0: the first tenth of a millisecond not before n/fps."""
    return -(-frame * MICRO // (fps * GRAIN)) * GRAIN


class PageStuck(Permanent):
    """A script of the page never gives the browser back."""


class NoPicture(Retryable):
    """The browser drew nothing that could be kept."""


class FrameClock:
    """Moves one page from frame to frame.

    network_held: False once the page waited too long for something that never came; from then on its clock
    runs on while it waits, and two recordings of it may differ.
    must_draw: whether the page has anything that goes on only while it is drawn.
    with_alpha: whether pictures are PNG with alpha instead of JPEG.
    """

    def __init__(self, session: Session, fps: int, caps: Caps = CAPS) -> None:
        self._session = session
        self._fps = fps
        self._caps = caps
        self._lag = 0.0  # seconds beyond one a frame that the page kept the browser busy
        self._waited = 0.0  # the same for the network
        self._ticks = 0  # now, in microseconds of the browser's monotonic clock
        self._drawn = -1
        self._changed = True  # since the last picture
        self._frame = 0
        self._passed = asyncio.Event()
        self.network_held = True
        self.must_draw = False
        self.with_alpha = False
        session.on("Network.responseReceived", self._note_answer)
        session.on("Emulation.virtualTimeBudgetExpired", lambda _: self._passed.set())
        session.on(LOST, lambda _: self._passed.set())

    def _note_answer(self, event: Params) -> None:
        kind = str(event["response"]["mimeType"])
        self.must_draw |= kind in MOVING_PICTURES or kind.startswith(("video/", "audio/"))

    @property
    def frame(self) -> int:
        """Frames since counting began: with `start_counting`, or with the page."""
        return self._frame

    async def stop(self, date: float) -> None:
        """Stop the page's time; `Date` stands at `date`, in seconds since 1970."""
        await self._session.call("Performance.enable", {"timeDomain": "timeTicks"})
        policy = {"policy": "pause", "initialVirtualTime": date}
        answer = await self._session.call("Emulation.setVirtualTimePolicy", policy)
        self._ticks = round(answer["virtualTimeTicksBase"] * 1000)
        await self._align()

    async def resync(self) -> None:
        """Take over the browser's own time: a navigation into another process starts a new clock there."""
        self._ticks = await self._now()
        self._frame = 0
        await self._align()

    async def _align(self) -> None:
        """Step onto the grid on which the browser tells time."""
        rest = -self._ticks % GRAIN
        if rest:
            self._ticks += rest
            await self._pass("advance", rest, self._caps.script_seconds)

    async def round_off(self) -> None:
        """Go to a whole multiple of AGE since the document began, the same one in each recording.

        Animations count from the document's beginning, in rounded numbers: where that lies elsewhere, a step
        falls into another frame and an edge onto another shade. For a document with nothing in it yet.
        """
        began = round(await self._metric("NavigationStart") * MICRO)
        await self.let_pass((began - self._ticks) % AGE or AGE)

    def start_counting(self) -> None:
        """Make now frame 0."""
        self._frame = 0

    async def advance(self, frames: int = 1) -> None:
        """Let 1/fps second pass on the page, and stop again. Waiting for the network takes no time there.

        frames: more than one pass in one go, without being drawn.

        Raises:
            PageStuck: when the page's scripts don't come to an end.
        """
        budget = moment_of(self._frame + frames, self._fps) - moment_of(self._frame, self._fps)
        self._frame += frames
        await self.let_pass(budget)

    async def let_pass(self, budget: int) -> None:
        """Let so many microseconds pass on the page, as `advance` does."""
        self._ticks += budget
        if self.network_held:
            started = time.monotonic()
            if await self._pass("pauseIfNetworkFetchesPending", budget, self._caps.network_seconds):
                self._waited += max(0.0, time.monotonic() - started - 1)
                self.network_held = self._waited < self._caps.slow_seconds
                return
            self.network_held = False
            budget = max(1, self._ticks - await self._now())
        with self._counted():
            if not await self._pass("advance", budget, self._caps.script_seconds):
                raise PageStuck(self._stuck)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        """One slow frame is a slow page; always slow frames would take for ever."""
        started = time.monotonic()
        yield
        self._lag += max(0.0, time.monotonic() - started - 1)
        if self._lag > self._caps.slow_seconds:
            raise PageStuck("the page's scripts and drawing keep the browser busy, frame after frame")

    async def _pass(self, policy: str, microseconds: int, seconds: float) -> bool:
        """Whether the page's time went on by so much, within so many of our seconds."""
        self._passed.clear()
        params = {"policy": policy, "budget": _milliseconds(microseconds)}
        try:
            await self._session.call(
                "Emulation.setVirtualTimePolicy", params, timeout=self._caps.script_seconds
            )
        except NoAnswer as error:
            raise PageStuck(self._stuck) from error
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._passed.wait()
                return True
        return False

    async def _now(self) -> int:
        return round(await self._metric("Timestamp") * MICRO)

    async def _metric(self, name: str) -> float:
        """One of the browser's measures of the page; moments are seconds of its monotonic clock."""
        try:
            answer = await self._session.call("Performance.getMetrics", timeout=self._caps.script_seconds)
        except NoAnswer as error:
            raise PageStuck(self._stuck) from error
        return next(float(item["value"]) for item in answer["metrics"] if item["name"] == name)

    async def draw(self) -> bool:
        """Draw the page at this moment, keep no picture (1 to 3 ms).

        Returns whether something may look different from the last picture that was taken. After a moment
        that was shot at once, without being drawn first, it says yes once for nothing.
        """
        if self._drawn != self._ticks:  # else the browser would wait for the next moment before it answers
            self._changed |= bool((await self._begin_frame({}))["hasDamage"])
        return self._changed

    async def skip(self) -> None:
        """Let the page live through this moment: all that it does for a frame, but nothing is drawn.

        It costs 2 to 4 ms where drawing a page that moves takes 20.
        """
        if self.must_draw:
            await self.draw()
        elif self._drawn != self._ticks:
            await self._begin_frame({"noDisplayUpdates": True})

    async def shoot(self) -> bytes:
        """Draw the page at this moment and return the picture, as JPEG or PNG.

        A moment that was drawn already keeps as it is: requestAnimationFrame runs once.

        Raises:
            NoPicture: if the browser gives none.
        """
        screenshot = {"screenshot": PNG if self.with_alpha else JPEG}
        for pause in NO_PICTURE_PAUSES:
            await asyncio.sleep(pause)
            answer = await self._begin_frame(screenshot)
            if "screenshotData" in answer:
                self._changed = False
                return base64.b64decode(answer["screenshotData"])
        raise NoPicture("the browser gave no picture of the page")

    async def _begin_frame(self, extra: Params) -> Params:
        self._drawn = self._ticks
        moment = {"frameTimeTicks": _milliseconds(self._ticks), "interval": 1000 / self._fps}
        try:
            with self._counted():
                return await self._session.call(
                    "HeadlessExperimental.beginFrame", moment | extra, timeout=self._caps.script_seconds
                )
        except NoAnswer as error:
            raise PageStuck(self._stuck) from error

    @property
    def _stuck(self) -> str:
        return stuck(self._caps.script_seconds)


def _milliseconds(microseconds: int) -> float:
    """As the protocol takes them. The browser cuts off below a microsecond: stay clear of the edge."""
    return (microseconds + 0.4) / 1000


def stuck(seconds: float) -> str:
    return f"a script of the page keeps the browser busy: no answer within {seconds:.0f} s"
