"""How often passwords of share pages are typed."""

from __future__ import annotations

import time
from collections import OrderedDict

TRIES, TRIES_SECONDS = 10, 60.0


class Tries:
    """How often an address typed a password for a video, as far as this process knows."""

    def __init__(self) -> None:
        self._counted: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def too_many(self, slug: str, address: str) -> bool:
        now = time.monotonic()
        begin, count = self._counted.pop((slug, address), (now, 0))
        if now - begin > TRIES_SECONDS:
            begin, count = now, 0
        self._counted[slug, address] = begin, count + 1
        while len(self._counted) > 10_000:
            self._counted.popitem(last=False)
        return count >= TRIES
