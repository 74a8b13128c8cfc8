"""What one hostile page is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.recording import Caps
from tests.support.hostile.far_side import Page

PATIENT = Caps()
WAITS_LITTLE = Caps(network_seconds=2)
QUICK = Caps(load_seconds=4, script_seconds=3, slow_seconds=6, network_seconds=2)
"""As the caps of production, sooner: for pages that do run into them; what they lead to is the same."""


@dataclass(frozen=True)
class Case:
    """A page at http://{name}.test/ and how filming it must end.

    ends: what the reason says, as a regular expression; empty if it is filmed, harmless as it is; with
    `filmed|` in front if it may end either way.
    url: instead of the page's own. secure: its origin is as good as HTTPS. tls: it is HTTPS.
    kill: the process that shows the page is killed while it is filmed.
    unasked: names that nobody may resolve. most_requests, most_megabytes: that may reach the site.
    """

    name: str
    pages: Mapping[str, Page]
    ends: str = ""
    url: str = ""
    caps: Caps = PATIENT
    frames: int = 6
    secure: bool = False
    tls: bool = False
    kill: bool = False
    unasked: tuple[str, ...] = ()
    most_requests: int = 520
    most_megabytes: float = 120.0

    @property
    def address(self) -> str:
        return self.url or f"{'https' if self.tls else 'http'}://{self.name}.test/"


@dataclass(frozen=True)
class Outcome:
    """What was seen on the far side and left behind. ended: `filmed`, or the reason; error: its class.

    hits: calls to where nobody may call. direct: requests that came past the proxy. strays: processes left;
    leftovers: files left in the temporary folder. leaks: where the canary showed up.
    """

    name: str
    ended: str
    error: str = ""
    seconds: float = 0.0
    hits: list[str] = field(default_factory=list)
    direct: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    requests: int = 0
    megabytes: float = 0.0
    asked: dict[str, int] = field(default_factory=dict)
    told: str = ""


def page(html: str) -> Mapping[str, Page]:
    """A site of one page."""
    return {"/": Page(f"<!doctype html><title>x</title><h1>Page</h1>{html}")}


def script(code: str) -> Mapping[str, Page]:
    return page(f"<script>{code}</script>")
