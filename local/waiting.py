"""Tasks that wait for somebody to answer their token, and who wakes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from local.visits import Journal, TokenAnswer

Now = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]


class Waiting:
    """Who waits for which token: one for all executions of a runner, which looks for answers."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._futures: dict[str, asyncio.Future[TokenAnswer]] = {}

    async def look(self) -> None:
        """Hand on the answers that there are by now."""
        if not self._futures:
            return
        for answer in await self._journal.answers(list(self._futures)):
            future = self._futures.get(answer.token)
            if future is not None and not future.done():
                future.set_result(answer)

    async def answer(self, token: str, until: datetime | None, now: Now, sleep: Sleep) -> TokenAnswer | None:
        """None if nobody has answered in time: then nobody can any more."""
        future: asyncio.Future[TokenAnswer] = asyncio.get_running_loop().create_future()
        self._futures[token] = future
        waits: set[asyncio.Future[Any]] = {future}
        if until is not None:
            waits.add(asyncio.ensure_future(_until(until, now, sleep)))
        try:
            for answered in await self._journal.answers([token]):  # before anybody listened
                return answered
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if future.done():
                return future.result()
            if await self._journal.close_task(token):
                return None
            (late,) = await self._journal.answers([token])
            return late
        finally:
            self._futures.pop(token, None)
            for waited in waits:
                waited.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


async def _until(moment: datetime, now: Now, sleep: Sleep) -> None:
    while (left := (moment - now()).total_seconds()) > 0:
        await sleep(left)


class Place:
    """An execution's place among those that run at once. It has none while it waits for somebody."""

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots = slots
        self._held = False
        self._taking = asyncio.Lock()

    async def take(self) -> None:
        async with self._taking:
            if not self._held:
                await self._slots.acquire()
                self._held = True

    def give_back(self) -> None:
        if self._held:
            self._held = False
            self._slots.release()

    @asynccontextmanager
    async def left(self) -> AsyncIterator[None]:
        """Whoever is cancelled meanwhile needs none any more."""
        self.give_back()
        yield
        await self.take()
