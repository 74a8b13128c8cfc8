"""What we run inside a page, in a world of its own: the page's scripts can neither see nor change it."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.recording.browser.caps import CAPS, Caps
from shared.recording.browser.cdp import CommandFailed, NoAnswer, Session
from shared.recording.job import Landmark
from shared.recording.page.clock import PageStuck, stuck

# In the page's own world, before its scripts: ways out that no proxy sees, and ways to stop the show.
SHIELD = """(() => {
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) delete globalThis[name];
  const refuse = () => Promise.reject(new DOMException('not available here', 'SecurityError'));
  if (globalThis.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = refuse;
  globalThis.print = () => {};
})()"""


@functools.cache
def _helpers() -> str:
    return (Path(__file__).parent / "reel.js").read_text()


@dataclass(frozen=True)
class Look:
    """The page at a glance. room: how far it scrolls, in CSS pixels; parts: addresses of what it shows."""

    title: str
    room: float
    text: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """top: how far the page is scrolled down; room: how far it can be; x, y: the document's own offsets.

    All in CSS pixels. top and y differ where a box scrolls in the document's place.
    """

    top: float
    room: float
    x: float
    y: float


class InPage:
    """Evaluates our helpers in the isolated world of the page's main frame."""

    def __init__(self, session: Session, frame_id: str, caps: Caps = CAPS) -> None:
        self._session = session
        self._seconds = caps.script_seconds
        self.frame_id = frame_id
        self._world: int | None = None

    def forget(self) -> None:
        """The page is another one now."""
        self._world = None

    async def loading(self) -> tuple[str, bool]:
        """document.readyState, and whether its fonts are there."""
        ready, fonts = await self._call("state")
        return str(ready), fonts == "loaded"

    async def look(self) -> Look:
        seen = await self._call("look")
        return Look(seen["title"], float(seen["room"]), seen["text"], tuple(seen["parts"]))

    async def rest(self) -> float | None:
        """Milliseconds until an animation sets in, 0 while one is under way, None if none is left."""
        milliseconds = await self._call("rest")
        return None if milliseconds is None else float(milliseconds)

    async def text(self, most: int) -> str:
        """What can be read on the page as it is laid out, cut after so many characters."""
        return str(await self._call("text", most))

    async def landmarks(self) -> tuple[Landmark, ...]:
        """What stands on the page, from top to bottom."""
        return tuple(Landmark.model_validate(item) for item in await self._call("landmarks"))

    async def place(self) -> Place:
        """Where the page is scrolled to."""
        return Place(*map(float, await self._call("place")))

    async def keep(self) -> None:
        """Put back what the page may have thrown out of ours."""
        await self._call("keep")

    async def steady(self) -> None:
        """Keep the page from scrolling by itself to where it would rather be."""
        await self._call("steady")

    async def hide(self, selectors: Sequence[str]) -> None:
        """Take out of the picture whatever these CSS selectors match, now and later, and nothing else.

        Raises:
            CommandFailed: if one of them is no selector.
        """
        await self._call("hide", list(selectors))

    async def draw(self, cursor: object, ripple: object, light: object) -> None:
        """Draw over the page; None for what is not there.

        cursor: (x, y, pressed). ripple: (x, y, part of its life). light: (x, y, width, height, strength).
        """
        await self._call("draw", {"cursor": cursor, "ripple": ripple, "light": light})

    async def restart(self) -> None:
        """Set every animation back to its start."""
        await self._call("restart")

    async def scroll(self, top: float) -> None:
        await self._call("scroll", top)

    async def _call(self, helper: str, *arguments: object) -> Any:
        return await self.evaluate(f"reel.{helper}({', '.join(json.dumps(value) for value in arguments)})")

    async def evaluate(self, expression: str) -> Any:
        """What an expression comes to in our world of the page, as it is now."""
        try:
            return await self._evaluate(expression)
        except CommandFailed:  # the page navigated, and its world went with it
            self.forget()
            return await self._evaluate(expression)

    async def _evaluate(self, expression: str) -> Any:
        if self._world is None:
            world = {"frameId": self.frame_id, "worldName": "leadreel"}
            created = await self._session.call("Page.createIsolatedWorld", world)
            self._world = int(created["executionContextId"])
            await self._run(_helpers() + "0")
        return await self._run(expression)

    async def _run(self, expression: str) -> Any:
        params = {"expression": expression, "contextId": self._world, "returnByValue": True}
        try:
            answer = await self._session.call("Runtime.evaluate", params, timeout=self._seconds)
        except NoAnswer as error:
            raise PageStuck(stuck(self._seconds)) from error
        if "exceptionDetails" in answer:
            raise CommandFailed(str(answer["exceptionDetails"].get("text", "an error in the page")))
        return answer["result"].get("value")
