"""Counts what a page asks for and what it gets, also inside tunnels, where the proxy sees bytes alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.egress import EgressProxy, default_port
from shared.recording.caps import Caps
from shared.recording.cdp import Params, Session
from shared.recording.faults import PageFault, fault_at, shown

_COUNTED = ("http://", "https://", "ws://", "wss://")
_MB = 1_000_000


class Traffic:
    """Keeps one page within its caps: what is beyond them does not load; of the page itself, it is a fault.

    steps: of the tour; each may take the page somewhere else once.
    """

    def __init__(self, target: Session, proxy: EgressProxy, caps: Caps, steps: int = 0) -> None:
        self._target = target
        self._proxy = proxy
        self._caps = caps
        self._navigations = caps.navigations + 1 + steps  # the first one is ours
        self._main_frame = ""
        self._document = ""
        self._requests = 0
        self._urls: dict[str, str] = {}
        self._received: dict[str, int] = {}

    async def watch(self) -> None:
        tree = await self._target.call("Page.getFrameTree")
        self._main_frame = str(tree["frameTree"]["frame"]["id"])
        self._target.on("Network.requestWillBeSent", self._asked)
        self._target.on("Network.requestServedFromCache", self._cached)
        self._target.on("Network.dataReceived", self._got)
        self._target.on("Network.loadingFinished", self._ended)
        self._target.on("Network.loadingFailed", self._failed)
        await self._target.call("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0})

    def _asked(self, event: Params) -> None:
        url, number = str(event["request"]["url"]), str(event["requestId"])
        if not url.startswith(_COUNTED):
            return
        self._urls[number] = url
        self._requests += 1
        if self._requests > self._caps.requests:
            self._proxy.shut(f"the page makes more than {self._caps.requests} requests")
        if event.get("type") == "Document" and event.get("frameId") == self._main_frame:
            self._document = number
            self._navigations -= 1
            if self._navigations < 0:
                self._give_up("it goes on to another address again and again", url)

    def _cached(self, event: Params) -> None:
        if event["requestId"] in self._urls:
            self._requests -= 1

    def _got(self, event: Params) -> None:
        """Counts what it comes to when it is unpacked: a small answer may hold a large page."""
        number = str(event["requestId"])
        url = self._urls.get(number)
        if url is None:
            return
        received = self._received.get(number, 0) + int(event["dataLength"])
        self._received[number] = received
        if received <= self._caps.response_bytes:
            return
        self._ended(event)
        reason = f"{shown(url)} is larger than {self._caps.response_bytes // _MB} MB"
        parts = urlsplit(url)
        self._proxy.cut(parts.hostname or "", parts.port or default_port(parts.scheme), reason)
        if number == self._document:
            self._give_up(reason, url)

    def _failed(self, event: Params) -> None:
        number = str(event["requestId"])
        url, received = self._urls.get(number, ""), self._received.get(number, 0)
        self._ended(event)
        if number != self._document:
            return
        fault = fault_at(self._proxy, url)
        if fault is not None and fault.cause == "too_much":
            self._give_up(fault.reason, url)
        elif received and not event.get("canceled"):  # it would never have loaded
            self._give_up(f"{shown(url)} breaks off ({event['errorText'].removeprefix('net::ERR_')})", url)

    def _ended(self, event: Params) -> None:
        self._urls.pop(str(event["requestId"]), None)
        self._received.pop(str(event["requestId"]), None)

    def _give_up(self, reason: str, url: str) -> None:
        self._target.lose(PageFault(reason, url=url))
