"""Why a page can't be recorded, as sentences for a person.

Permanent
└── PageFault        the page: the text says what is wrong with it and what would help
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from shared.egress import EgressProxy, Fault, default_port
from shared.errors import Permanent

_SHOWN = 200
_NET_ERROR = re.compile(r"net::ERR_(\w+)")
_STATUS = {
    401: "401 Unauthorized: it asks for a login",
    403: "403 Forbidden: it does not let the recorder in",
    404: "404 Not Found",
    410: "410 Gone",
    429: "429 Too Many Requests: try again later",
    500: "500 Internal Server Error",
    502: "502 Bad Gateway",
    503: "503 Service Unavailable: try again later",
}


class PageFault(Permanent):
    """The page can't be recorded. reason: a clause; status: the HTTP status it answered with, 0 if none."""

    def __init__(self, reason: str, *, url: str = "", status: int = 0) -> None:
        super().__init__(f"the page can't be recorded: {reason}")
        self.reason = reason
        self.url = url
        self.status = status

    def during(self, step: str) -> PageFault:
        """The same fault, as that of a step of the tour."""
        return PageFault(f"{step} of the tour: {self.reason}", url=self.url, status=self.status)


def fault_at(proxy: EgressProxy, url: str) -> Fault | None:
    """What the proxy had against the host of this URL."""
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    return proxy.fault_of(parts.hostname, parts.port or default_port(parts.scheme))


def status_reason(url: str, status: int) -> str:
    return f"{shown(url)} answers {_STATUS.get(status, f'with HTTP status {status}')}"


def network_reason(url: str, message: str) -> str:
    """A clause for a navigation that Chromium gave up, from its net error.

    https://source.chromium.org/chromium/chromium/src/+/main:net/base/net_error_list.h
    """
    match = _NET_ERROR.search(message)
    if "Download is starting" in message:  # Playwright's words for what has no code of its own
        return f"{shown(url)} is a download, not a page"
    if match is None:
        return f"{shown(url)} can't be opened"
    code = match.group(1)
    if code.startswith("CERT_"):
        return f"the certificate of {shown(url)} is not valid ({code})"
    if code.startswith(("SSL_", "BAD_SSL")):
        return f"{shown(url)} can't be reached over a secure connection ({code})"
    if code == "TOO_MANY_REDIRECTS":
        return f"{shown(url)} redirects in a circle"
    if code == "ABORTED":
        return f"{shown(url)} is a download, not a page"
    if code == "UNSAFE_PORT":
        return f"{shown(url)} uses a port that browsers refuse"
    return f"{shown(url)} can't be opened ({code})"


def never_loads(url: str, seconds: float) -> str:
    return f"{shown(url)} has not loaded after {seconds:.0f} s"


def shown(url: str) -> str:
    return url if len(url) <= _SHOWN else url[:_SHOWN] + "…"
