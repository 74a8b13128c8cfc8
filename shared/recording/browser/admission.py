"""Let the recorder into a page: its headers and cookies go to the page's own site and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import json

from shared.errors import LeadreelError
from shared.recording.browser.access import Access, Cookie, WrongAccess
from shared.recording.browser.cdp import CommandFailed, Params, Session


async def admit(target: Session, access: Access, url: str) -> None:
    """Send what `access` has with each request to the site of `url`, from an empty tab on.

    Headers: in frames, dedicated workers and beacons, on each hop of a redirect that is to the site. Shared
    workers and WebSockets get none. Costs about 2 ms a request; without headers, nothing.

    Raises:
        WrongAccess: it is for another site, or the browser takes one of the cookies for none of this site.
    """
    origin = await _origin(target, url)
    if access.site and await _origin(target, access.site) != origin:
        raise WrongAccess(f"the headers and cookies are for another site than {origin}")
    for cookie in access.cookies:
        await _set(target, cookie, origin)
    if access.headers:
        await _Headers(target, access, origin).send()


async def _origin(target: Session, url: str) -> str:
    """Scheme, host and port as the browser itself reads them out of a URL."""
    expression = f"new URL({json.dumps(url)}).origin"
    answer = await target.call("Runtime.evaluate", {"expression": expression, "returnByValue": True})
    origin = str(answer["result"].get("value"))
    if not origin.startswith(("http://", "https://")):
        raise WrongAccess("headers and cookies are for pages on the web, and this address leads to none")
    return origin


async def _set(target: Session, cookie: Cookie, origin: str) -> None:
    fields: Params = {
        "name": cookie.name,
        "value": cookie.value.get_secret_value(),
        "url": f"{origin}/",
        "path": cookie.path,
        "secure": origin.startswith("https:"),
        "httpOnly": cookie.http_only,
    }
    if cookie.domain and f"//{cookie.domain}" != origin.partition(":")[2]:
        fields["domain"] = cookie.domain
    try:
        taken = (await target.call("Network.setCookie", fields))["success"]
    except CommandFailed:
        taken = False
    if not taken:
        raise WrongAccess(f"the browser does not take the cookie {cookie.name} for {origin}")


class _Headers:
    """Adds headers to the requests of one tab, each before it leaves the browser.

    What the browser is told of one request does not go along its redirects: each hop is asked about anew.
    https://chromedevtools.github.io/devtools-protocol/tot/Fetch/#method-continueRequest
    """

    def __init__(self, target: Session, access: Access, origin: str) -> None:
        self._target = target
        self._origin = origin
        self._ours = {name: value.get_secret_value() for name, value in access.headers.items()}
        self._names = {name.lower() for name in self._ours}
        self._chores: set[asyncio.Task[None]] = set()

    async def send(self) -> None:
        self._target.on("Fetch.requestPaused", self._paused)
        # no pattern is trusted with secrets: each URL is compared again
        await self._target.call("Fetch.enable", {"patterns": [{"urlPattern": f"{self._origin}/*"}]})

    def _paused(self, event: Params) -> None:
        chore = asyncio.create_task(self._go_on(event))
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    async def _go_on(self, event: Params) -> None:
        answer: Params = {"requestId": event["requestId"]}
        if self._is_for_us(event["request"]):
            answer["headers"] = self._with_ours(event["request"]["headers"])
        with contextlib.suppress(LeadreelError):  # the request was given up, or the browser has ended
            await self._target.call("Fetch.continueRequest", answer)

    def _is_for_us(self, request: Params) -> bool:
        """To the site, and not asked for by a frame of another, which might be let read the answer."""
        sent: dict[str, str] = {name.lower(): value for name, value in request["headers"].items()}
        return str(request["url"]).startswith(f"{self._origin}/") and (
            sent.get("origin", self._origin) == self._origin
        )

    def _with_ours(self, sent: dict[str, str]) -> list[dict[str, str]]:
        # the browser keeps its Referer; given back to it, it would go along redirects in full
        left_out = self._names | {"referer"}
        kept = {name: value for name, value in sent.items() if name.lower() not in left_out}
        return [{"name": name, "value": value} for name, value in (kept | self._ours).items()]
