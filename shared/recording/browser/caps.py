"""What one page may take of time, network and memory before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caps:
    """load_seconds: until the page has loaded and settled.
    script_seconds: that a script may keep the browser busy at a stretch.
    slow_seconds: that the page may take beyond one second for a frame, all frames together.
    network_seconds: that the page's clock waits for an answer which doesn't come.
    navigations: that the page makes by itself, redirects included.
    requests, page_bytes: of the page with all its parts; response_bytes: of one part.
    memory_mb: resident, of all the browser's processes together.
    """

    load_seconds: float = 45.0
    script_seconds: float = 15.0
    slow_seconds: float = 30.0
    network_seconds: float = 10.0
    navigations: int = 20
    requests: int = 500
    response_bytes: int = 25_000_000
    page_bytes: int = 100_000_000
    memory_mb: int = 1500


CAPS = Caps()
