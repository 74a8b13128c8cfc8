"""Counts what a page asks for and what it gets, also inside tunnels, where the proxy sees bytes alone."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from shared.egress import EgressProxy, default_port
from shared.recording.browser.caps import Caps
from shared.recording.browser.cdp import Params, Session
from shared.recording.browser.main_frame import MainFrame
from shared.recording.faults import PageFault, fault_at, shown

_COUNTED = ("http://", "https://", "ws://", "wss://")
_MB = 1_000_000
_ASIDE = {"EventSource", "Media", "Ping"}  # no page waits for their end to have loaded


class Traffic:
    """Keeps one page within its caps: what is beyond them does not load; of the page itself, it is a fault.

    steps: of the tour; each may take the page somewhere else once.
    asked: how many requests the page has made so far.
    """

    def __init__(
        self, target: Session, main_frame: MainFrame, proxy: EgressProxy, caps: Caps, steps: int = 0
    ) -> None:
        self._target = target
        self._main_frame = main_frame
        self._proxy = proxy
        self._caps = caps
        self._navigations = caps.navigations + 1 + steps  # the first one is ours
        self.asked = 0
        self._cached = 0
        self._exceeded = False
        self._last_news = 0.0
        self._aside: set[str] = set()
        self._urls: dict[str, str] = {}
        self._received: dict[str, int] = {}

    async def watch(self) -> None:
        self._target.on("Network.requestWillBeSent", self._ask)
        self._target.on("Network.requestServedFromCache", self._take_cached)
        self._target.on("Network.dataReceived", self._get)
        self._target.on("Network.loadingFinished", self._end)
        self._target.on("Network.loadingFailed", self._fail)
        await self._target.call("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0})

    def expected(self, patience: float) -> bool:
        """Whether answers are on their way, and the last news of one is less than so many seconds old.

        Once the page has asked for too much, what is left ends in whatever order and is not waited for.
        """
        under_way = not self._exceeded and self._urls.keys() > self._aside
        return under_way and time.monotonic() - self._last_news < patience

    def _ask(self, event: Params) -> None:
        url, number = str(event["request"]["url"]), str(event["requestId"])
        if not url.startswith(_COUNTED):
            return
        self._urls[number] = url
        self._last_news = time.monotonic()
        self.asked += 1
        if event.get("type") in _ASIDE:
            self._aside.add(number)
        if self.asked - self._cached > self._caps.requests:
            self._exceeded = True
            self._proxy.shut(f"the page makes more than {self._caps.requests} requests")
        if self._main_frame.is_document(event):
            self._navigations -= 1
            if self._navigations < 0:
                self._give_up("it goes on to another address again and again", url)

    def _take_cached(self, event: Params) -> None:
        if event["requestId"] in self._urls:
            self._cached += 1

    def _get(self, event: Params) -> None:
        """Counts what it comes to when it is unpacked: a small answer may hold a large page."""
        number = str(event["requestId"])
        url = self._urls.get(number)
        if url is None:
            return
        self._last_news = time.monotonic()
        received = self._received.get(number, 0) + int(event["dataLength"])
        self._received[number] = received
        if received <= self._caps.response_bytes:
            return
        self._end(event)
        reason = f"{shown(url)} is larger than {self._caps.response_bytes // _MB} MB"
        parts = urlsplit(url)
        self._proxy.cut(parts.hostname or "", parts.port or default_port(parts.scheme), reason)
        if number == self._main_frame.document:
            self._give_up(reason, url)

    def _fail(self, event: Params) -> None:
        number = str(event["requestId"])
        url, received = self._urls.get(number, ""), self._received.get(number, 0)
        self._end(event)
        if number != self._main_frame.document:
            return
        fault = fault_at(self._proxy, url)
        if fault is not None and fault.cause == "too_much":
            self._give_up(fault.reason, url)
        elif received and not event.get("canceled"):  # it would never have loaded
            self._give_up(f"{shown(url)} breaks off ({event['errorText'].removeprefix('net::ERR_')})", url)

    def _end(self, event: Params) -> None:
        number = str(event["requestId"])
        self._urls.pop(number, None)
        self._received.pop(number, None)
        self._aside.discard(number)
        self._last_news = time.monotonic()

    def _give_up(self, reason: str, url: str) -> None:
        self._target.lose(PageFault(reason, url=url))
