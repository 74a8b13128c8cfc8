"""What we run inside a page, in a world of its own: the page's scripts can neither see nor change it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from shared.recording.cdp import CommandFailed, Session

# In the page's own world, before its scripts: ways out that no proxy sees, and ways to stop the show.
SHIELD = """(() => {
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) delete globalThis[name];
  const refuse = () => Promise.reject(new DOMException('not available here', 'SecurityError'));
  if (globalThis.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = refuse;
  globalThis.print = () => {};
})()"""

_HELPERS = """globalThis.reel ??= (() => {
  const shut = new Set(['hidden', 'clip']);
  const overflow = (element) => element ? getComputedStyle(element).overflowY : 'visible';
  const room = (element) => element.scrollHeight - element.clientHeight;
  let found = null;
  const scroller = () => {
    const root = document.scrollingElement || document.documentElement;
    const locked = shut.has(overflow(document.documentElement)) || shut.has(overflow(document.body));
    if (root && room(root) > 1 && !locked) return root;
    if (found?.isConnected && room(found) > 1) return found;
    const area = (element) => element.clientWidth * element.clientHeight;
    found = [...document.querySelectorAll('body *')]
      .filter((e) => room(e) > 1 && area(e) > innerWidth * innerHeight / 2)
      .filter((e) => ['auto', 'scroll'].includes(overflow(e)))
      .sort((a, b) => area(b) - area(a))[0] ?? null;
    return found;
  };
  const calm = () => {  // snapping would pull an eased scroll back
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*{scroll-snap-type:none!important;scroll-behavior:auto!important}');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };
  // A page at rest leaves the compositor, and what changes next may then miss its frame: one change in a
  // thousand did. Whoever wants every frame is served every frame.
  const awake = () => requestAnimationFrame(awake);
  awake();
  return {
    state: () => [document.readyState, document.fonts.status],
    look: () => {
      const element = scroller();
      return {
        title: document.title.slice(0, 500),
        room: element ? room(element) : 0,
        text: (document.body?.innerText ?? '').trim().slice(0, 200000),
        parts: [...document.querySelectorAll('img[src],link[rel=stylesheet],video[src],iframe[src]')]
          .slice(0, 2000).map((e) => e.src || e.href).filter((url) => url.length < 2000),
      };
    },
    scrollStart: (to) => {
      const element = scroller();
      if (!element) return [0, 0];
      calm();
      return [element.scrollTop, room(element) * to];
    },
    restart: () => document.getAnimations().forEach((animation) => { animation.currentTime = 0; }),
    scroll: (top) => scroller()?.scrollTo({top, behavior: 'instant'}),
  };
})();"""


@dataclass(frozen=True)
class Look:
    """The page at a glance. room: how far it scrolls, in CSS pixels; parts: addresses of what it shows."""

    title: str
    room: float
    text: str
    parts: tuple[str, ...]


class InPage:
    """Evaluates our helpers in the isolated world of the page's main frame."""

    def __init__(self, session: Session, frame_id: str) -> None:
        self._session = session
        self._frame_id = frame_id
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

    async def scroll_start(self, to: float) -> tuple[float, float]:
        """Where a scroll starts and where fraction `to` of the page is, in CSS pixels from the top."""
        start, target = await self._call("scrollStart", to)
        return float(start), float(target)

    async def restart(self) -> None:
        """Set every animation back to its start."""
        await self._call("restart")

    async def scroll(self, top: float) -> None:
        await self._call("scroll", top)

    async def _call(self, helper: str, *arguments: object) -> Any:
        expression = f"reel.{helper}({', '.join(json.dumps(value) for value in arguments)})"
        try:
            return await self._evaluate(expression)
        except CommandFailed:  # the page navigated, and its world went with it
            self.forget()
            return await self._evaluate(expression)

    async def _evaluate(self, expression: str) -> Any:
        if self._world is None:
            world = {"frameId": self._frame_id, "worldName": "leadreel"}
            created = await self._session.call("Page.createIsolatedWorld", world)
            self._world = int(created["executionContextId"])
            await self._run(_HELPERS + "0")
        return await self._run(expression)

    async def _run(self, expression: str) -> Any:
        params = {"expression": expression, "contextId": self._world, "returnByValue": True}
        answer = await self._session.call("Runtime.evaluate", params)
        if "exceptionDetails" in answer:
            raise CommandFailed(str(answer["exceptionDetails"].get("text", "an error in the page")))
        return answer["result"].get("value")
