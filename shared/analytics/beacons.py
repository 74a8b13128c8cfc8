"""What a page tells of a view: which video, which view, which seconds were seen. Anyone can send anything.

`/b?s={slug}&v={32 hex digits, made by the page}&w={0-9.15-17}[&a=1]`: stretches of whole seconds, both ends
included; a=1 from a browser that says a program drives it. What is not so, is none; what claims more than a
page tells at once, tells nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.analytics.stretches import Stretch, length, merged

BEACON_PATH = "/b"
LONGEST_QUERY = 1000
MOST_STRETCHES = 40
MOST_SECONDS = 200
"""A page tells every ten seconds, and no browser plays faster than 16 times."""
LAST_SECOND = 24 * 3600
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,40}")
_VIEW = re.compile(r"[0-9a-f]{32}")
_STRETCH = re.compile(r"([0-9]{1,5})-([0-9]{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Beacon:
    """view: 32 hex digits. watched: stretches [from, to] in whole seconds, in order and apart."""

    slug: str
    view: str
    watched: tuple[Stretch, ...]
    automated: bool


def read_beacon(query: str) -> Beacon | None:
    """None for what no page of ours sends."""
    if len(query) > LONGEST_QUERY:
        return None
    fields = dict(part.partition("=")[::2] for part in query.split("&"))
    slug, view = fields.get("s", ""), fields.get("v", "")
    if not (_SLUG.fullmatch(slug) and _VIEW.fullmatch(view)):
        return None
    watched = _read_stretches(fields.get("w", ""))
    if watched is None:
        return None
    return Beacon(slug, view, watched, fields.get("a") == "1")


def _read_stretches(text: str) -> tuple[Stretch, ...] | None:
    parts = text.split(".") if text else []
    if len(parts) > MOST_STRETCHES:
        return None
    found = []
    for part in parts:
        ends = _STRETCH.fullmatch(part)
        if ends is None or not int(ends[1]) <= int(ends[2]) <= LAST_SECOND:
            return None
        found.append((int(ends[1]), int(ends[2])))
    watched = merged(found)
    return watched if length(watched) <= MOST_SECONDS else None
