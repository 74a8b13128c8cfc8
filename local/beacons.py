"""What CloudFront does with the pages' beacons: answers, and puts log files where functions find them."""

from __future__ import annotations

import asyncio
import gzip
import logging
import secrets
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.analytics import BEACON_PATH, VIEW_LOGS, Hit, log_line
from shared.storage import Storage, StorageFull

MOST_LINES = 100_000
"""That wait for a disk with room; what comes on top is not counted."""
ANSWER = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
DISTRIBUTION = "local"

log = logging.getLogger(__name__)


class BeaconLog:
    """Lines until they are a file."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lines: list[bytes] = []

    @property
    def route(self) -> Route:
        """Of the beacons: 204 whatever they say, since whoever sends them needs no answer."""
        return Route(BEACON_PATH, self._answer, methods=["GET", "HEAD", "POST"])

    async def _answer(self, request: Request) -> Response:
        if len(self._lines) < MOST_LINES:
            self._lines.append(_line(request))
        return Response(status_code=204, headers=ANSWER)

    async def close_file(self) -> None:
        """Put the lines so far into a file, named as CloudFront names them; without any, there is none."""
        lines, self._lines = self._lines, []
        if lines and not await asyncio.to_thread(self._put, lines):
            self._lines = lines + self._lines

    def _put(self, lines: list[bytes]) -> bool:
        now = datetime.now(UTC)
        key = f"{VIEW_LOGS}{DISTRIBUTION}.{now:%Y-%m-%d-%H}.{secrets.token_hex(4)}.gz"
        try:
            self._storage.put(key, gzip.compress(b"".join(lines), 1), "application/gzip")
        except (StorageFull, OSError) as error:
            log.warning("%d beacons wait: %s", len(lines), error)
            return False
        return True


def _line(request: Request) -> bytes:
    hit = Hit(
        at=datetime.now(UTC),
        address=request.client.host if request.client else "-",
        agent=request.headers.get("user-agent", ""),
        path=request.url.path,
        query=request.url.query,
        status="204",
        country=None,
    )
    return log_line(hit, request.method, secrets.token_urlsafe(16))
