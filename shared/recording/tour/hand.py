"""The visitor's hand: the mouse that the page feels, and the cursor that the film shows."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from shared.errors import Retryable
from shared.recording.browser.cdp import Session
from shared.recording.tour.motion import Point

RIPPLE_SECONDS = 0.55
PRESS_SECONDS = 0.1

_MOUSE, _KEY = "Input.dispatchMouseEvent", "Input.dispatchKeyEvent"


@dataclass
class Hand:
    """Moves and clicks by the page's own input events. view: its size; at: where the hand is; in CSS pixels.

    used: whether it has moved yet.
    """

    session: Session
    view: tuple[int, int]
    at: Point
    used: bool = False
    pressed: bool = False
    _clicked: tuple[Point, float] | None = None  # where, and how long ago in seconds

    async def move(self, to: Point) -> None:
        """Be there, and have the page feel it at this moment.

        A move waits for a frame to be drawn, which another may be faster than; a key that follows it makes
        the browser deliver both at once. Nobody hears the key: `reel.js` stops it.
        """
        if to == self.at:
            return
        self.at, self.used = to, True
        if 0 <= to[0] < self.view[0] and 0 <= to[1] < self.view[1]:
            await asyncio.gather(self._mouse("mouseMoved"), self._send(_KEY, {"type": "keyUp"}))

    async def press(self) -> None:
        self.pressed = True
        self._clicked = (self.at, 0.0)
        await self._mouse("mousePressed", button="left", clickCount=1)

    async def release(self) -> None:
        self.pressed = False
        await self._mouse("mouseReleased", button="left", clickCount=1)

    def ripple(self) -> tuple[float, float, float] | None:
        """Where the last click was, and which part of its ripple's life is over."""
        if self._clicked is None or self._clicked[1] >= RIPPLE_SECONDS:
            return None
        (x, y), age = self._clicked
        return x, y, age / RIPPLE_SECONDS

    def go_on(self, seconds: float) -> None:
        """So many seconds of film have passed."""
        if self._clicked is not None:
            self._clicked = (self._clicked[0], self._clicked[1] + seconds)

    async def _mouse(self, kind: str, **more: object) -> None:
        x, y = self.at
        await self._send(_MOUSE, {"type": kind, "x": x, "y": y, "pointerType": "mouse", **more})

    async def _send(self, command: str, event: dict[str, object]) -> None:
        with contextlib.suppress(Retryable):  # a page that is gone is noticed by whoever moves the clock
            await self.session.call(command, event)
