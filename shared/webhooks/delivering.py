"""Sends what is due, some side by side, until nothing is or the time is over."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.database import Database
from shared.egress.dialing import Resolve, system_resolve
from shared.egress.policy import allowed_pairs
from shared.sealing import CannotUnseal, sealer_of_secrets
from shared.settings import Settings
from shared.webhooks.addresses import SETTING
from shared.webhooks.claiming import Claimed, claim, settle
from shared.webhooks.posting import DEADLINE_SECONDS, Outcome, post
from shared.webhooks.signing import signed_headers

if TYPE_CHECKING:
    import httpcore

AT_ONCE = 16
AT_ONCE_EACH = 3
"""Requests to one webhook, so that one that hangs doesn't hold up the others."""
LOOK_SECONDS = 1.0


def deliver_due(
    database: Database,
    settings: Settings,
    *,
    seconds: float = 45.0,
    deadline_seconds: float = DEADLINE_SECONDS,
    resolve: Resolve = system_resolve,
) -> int:
    """How many requests were made.

    seconds: after which nothing new is begun. deadline_seconds: of a request.
    Raises DatabaseUnreachable; what was under way is sent again when its lease has passed.
    """
    return asyncio.run(_deliver_all(database, settings, seconds, deadline_seconds, resolve))


async def _deliver_all(
    database: Database, settings: Settings, seconds: float, deadline_seconds: float, resolve: Resolve
) -> int:
    until, made = time.monotonic() + seconds, 0
    running: dict[asyncio.Task[None], int] = {}
    async with _open_pool(settings, resolve) as pool:
        while True:
            claimed = None
            if len(running) < AT_ONCE and time.monotonic() < until:
                busy = [webhook for webhook, n in Counter(running.values()).items() if n >= AT_ONCE_EACH]
                claimed = await asyncio.to_thread(claim, database, busy)
            if claimed is not None:
                sending = _deliver(database, settings, pool, claimed, deadline_seconds)
                running[asyncio.create_task(sending)] = claimed.webhook_id
                continue
            if not running:
                return made
            done, _ = await asyncio.wait(running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del running[task]
                task.result()
                made += 1


async def _deliver(
    database: Database,
    settings: Settings,
    pool: httpcore.AsyncConnectionPool,
    claimed: Claimed,
    deadline_seconds: float,
) -> None:
    at = datetime.now(UTC)
    body = json.dumps(claimed.payload, ensure_ascii=False, separators=(",", ":"))
    try:
        sealer = sealer_of_secrets(settings.secrets_key)
        headers = signed_headers(map(sealer.unseal, claimed.sealed), claimed.event_id, at, body)
    except CannotUnseal as error:
        outcome = Outcome(at=at, milliseconds=0, error=str(error))
    else:
        headers |= {"content-type": "application/json", "user-agent": "Leadreel-Webhooks/1"}
        outcome = await post(pool, claimed.url, headers, body.encode(), deadline_seconds)
    await asyncio.to_thread(settle, database, claimed, outcome)


def _open_pool(settings: Settings, resolve: Resolve) -> httpcore.AsyncConnectionPool:
    """Its connections go where they may, and are used once: each request is judged by itself."""
    import httpcore
    import httpx

    from shared.egress.pinned import PinnedBackend

    backend = PinnedBackend(allowed_pairs(settings.webhook_allow_hosts), SETTING, resolve)
    return httpcore.AsyncConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        network_backend=backend,
        max_connections=AT_ONCE,
        max_keepalive_connections=0,
    )
