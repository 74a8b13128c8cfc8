"""The page's clock, which only we move: virtual time and the frames drawn at its moments.

Virtual time and the compositor's frame times share one origin, so that at frame n Date, timers,
performance.now(), requestAnimationFrame and animations all say n/fps.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib

from shared.errors import Permanent, Retryable
from shared.recording.cdp import LOST, NoAnswer, Params, Session

NETWORK_SECONDS = 10.0
SCRIPT_SECONDS = 15.0
JPEG_QUALITY = 92
MICRO = 1_000_000


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
    """

    def __init__(self, session: Session, fps: int) -> None:
        self._session = session
        self._fps = fps
        self._ticks = 0  # now, in microseconds of the browser's monotonic clock
        self._drawn = -1
        self._frame = 0
        self._passed = asyncio.Event()
        self.network_held = True
        session.on("Emulation.virtualTimeBudgetExpired", lambda _: self._passed.set())
        session.on(LOST, lambda _: self._passed.set())

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
            await self._pass("advance", rest, SCRIPT_SECONDS)

    def start_counting(self) -> None:
        """Make now frame 0."""
        self._frame = 0

    async def advance(self) -> None:
        """Let 1/fps second pass on the page, and stop again. Waiting for the network takes no time there.

        Raises:
            PageStuck: when the page's scripts don't come to an end.
        """
        budget = moment_of(self._frame + 1, self._fps) - moment_of(self._frame, self._fps)
        self._frame += 1
        self._ticks += budget
        if self.network_held:
            if await self._pass("pauseIfNetworkFetchesPending", budget, NETWORK_SECONDS):
                return
            self.network_held = False
            budget = max(1, self._ticks - await self._now())
        if not await self._pass("advance", budget, SCRIPT_SECONDS):
            raise PageStuck(_STUCK)

    async def _pass(self, policy: str, microseconds: int, seconds: float) -> bool:
        """Whether the page's time went on by so much, within so many of our seconds."""
        self._passed.clear()
        params = {"policy": policy, "budget": _milliseconds(microseconds)}
        try:
            await self._session.call("Emulation.setVirtualTimePolicy", params, timeout=SCRIPT_SECONDS)
        except NoAnswer as error:
            raise PageStuck(_STUCK) from error
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._passed.wait()
                return True
        return False

    async def _now(self) -> int:
        try:
            metrics = (await self._session.call("Performance.getMetrics", timeout=SCRIPT_SECONDS))["metrics"]
        except NoAnswer as error:
            raise PageStuck(_STUCK) from error
        seconds = next(float(item["value"]) for item in metrics if item["name"] == "Timestamp")
        return round(seconds * MICRO)

    async def draw(self) -> bool:
        """Draw the page at this moment, keep no picture; whether something may look different (1 to 3 ms).

        After a moment that was shot at once, without being drawn first, it says yes once for nothing.
        """
        if self._drawn == self._ticks:  # the browser would wait for the next moment before it answers
            return False
        return bool((await self._begin_frame({}))["hasDamage"])

    async def shoot(self) -> bytes:
        """Draw the page at this moment and return the picture, as JPEG.

        A moment that was drawn already keeps as it is: requestAnimationFrame runs once.

        Raises:
            NoPicture: if the browser gives none.
        """
        screenshot = {"screenshot": {"format": "jpeg", "quality": JPEG_QUALITY}}
        for _ in range(5):  # the very first frames of a target may come without
            answer = await self._begin_frame(screenshot)
            if "screenshotData" in answer:
                return base64.b64decode(answer["screenshotData"])
        raise NoPicture("the browser gave no picture of the page")

    async def _begin_frame(self, extra: Params) -> Params:
        self._drawn = self._ticks
        moment = {"frameTimeTicks": _milliseconds(self._ticks), "interval": 1000 / self._fps}
        try:
            return await self._session.call(
                "HeadlessExperimental.beginFrame", moment | extra, timeout=SCRIPT_SECONDS
            )
        except NoAnswer as error:
            raise PageStuck(_STUCK) from error


def _milliseconds(microseconds: int) -> float:
    """As the protocol takes them. The browser cuts off below a microsecond: stay clear of the edge."""
    return (microseconds + 0.4) / 1000


_STUCK = f"a script of the page keeps the browser busy: no answer within {SCRIPT_SECONDS:.0f} s"
