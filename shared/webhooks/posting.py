"""One request to an endpoint: what was sent, and what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.errors import Permanent

if TYPE_CHECKING:  # 60 ms, and only who sends needs it
    import httpcore

DEADLINE_SECONDS = 10.0
"""For the whole of it: name, connection, request and answer."""
CONNECT_SECONDS = 3.0
"""For each address of a name, so that there is time for the next."""
KEPT_CHARACTERS = 500
_MOST_BYTES = 4 * KEPT_CHARACTERS


@dataclass(frozen=True)
class Outcome:
    """at: when it was begun. status_code: None if there was no answer. error: None if it was delivered.

    answer: how its body begins. retry_after: the header.
    """

    at: datetime
    milliseconds: int
    status_code: int | None = None
    error: str | None = None
    answer: str | None = None
    retry_after: str | None = None

    @property
    def delivered(self) -> bool:
        return self.error is None


async def post(
    pool: httpcore.AsyncConnectionPool,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Outcome:
    """Never raises for what the far side does. Redirects are not followed: they might lead anywhere."""
    import httpcore

    at, started = datetime.now(UTC), time.monotonic()
    times = {"timeout": {"connect": CONNECT_SECONDS}}
    status, retry_after, error = None, None, None
    read = b""
    try:
        async with (
            asyncio.timeout(deadline_seconds),
            pool.stream("POST", url, headers=list(headers.items()), content=body, extensions=times) as answer,
        ):
            status, retry_after = answer.status, _header(answer, b"retry-after")
            async for part in answer.aiter_stream():
                read += part
                if len(read) >= _MOST_BYTES:
                    break
    except TimeoutError:
        error = f"no answer within {deadline_seconds:g} s"
    except Permanent as refused:  # by our own rule, or nobody is there
        error = str(refused)
    except (httpcore.NetworkError, httpcore.ProtocolError) as broken:
        error = f"the connection broke: {broken}" if str(broken) else "the connection broke"
    return Outcome(
        at=at,
        milliseconds=round((time.monotonic() - started) * 1000),
        status_code=status,
        error=error if status is None else _judged(status),  # what has answered may break off then
        answer=None if status is None else _text(read),
        retry_after=retry_after,
    )


def _judged(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    hint = ", and redirects are not followed" if 300 <= status < 400 else ""
    return f"it answered {status}{hint}"


def _header(answer: httpcore.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in answer.headers if key.lower() == name), None)


def _text(read: bytes) -> str:
    """What a database takes: no NUL."""
    return read.decode(errors="replace").replace("\0", "\ufffd")[:KEPT_CHARACTERS]
