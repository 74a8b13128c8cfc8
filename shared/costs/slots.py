"""How many calls a vendor gets at once, over all processes that share a folder.

async with slots.taken("elevenlabs", 5):
    …
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from shared.errors import RateLimited
from shared.workflow.leases import Lease, lock_file

PATIENCE_SECONDS = 60.0
Taken = TypeVar("Taken")


class Slots(Protocol):
    """A vendor's slots: rows in Postgres in the product, files beside a script."""

    def taken(
        self, vendor: str, most: int, patience_seconds: float = PATIENCE_SECONDS
    ) -> AbstractAsyncContextManager[None]:
        """One of `most` slots while the block runs. A holder that dies gives its slot back.

        Raises RateLimited when none came free in time.
        """
        ...


class FileSlots:
    """A locked file a slot, in `folder`."""

    def __init__(self, folder: Path, lease: Lease | None = None) -> None:
        self.folder = folder
        self.lease = lease or Lease()

    @asynccontextmanager
    async def taken(
        self, vendor: str, most: int, patience_seconds: float = PATIENCE_SECONDS
    ) -> AsyncIterator[None]:
        lock = await first_free(
            lambda: self._take(vendor, most), vendor, patience_seconds, self.lease.poll_seconds
        )
        try:
            yield
        finally:
            os.close(lock)

    def _take(self, vendor: str, most: int) -> int | None:
        for slot in range(most):
            lock = lock_file(self.folder / f"{vendor}-{slot}")
            if lock is not None:
                return lock
        return None


async def first_free(
    take: Callable[[], Taken | None], vendor: str, patience_seconds: float, poll_seconds: float
) -> Taken:
    """What `take` gives as soon as it gives something. Raises RateLimited."""
    limit = time.monotonic() + patience_seconds
    while (taken := take()) is None:
        if time.monotonic() >= limit:
            raise RateLimited(
                f"as many calls to {vendor} as its plan allows are under way; none ended in "
                f"{patience_seconds:.0f} s"
            )
        # not in step with the others who wait, so that each has its chance
        await asyncio.sleep(poll_seconds * random.uniform(0.5, 1.5))  # noqa: S311
    return taken
