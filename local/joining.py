"""The runtime of a home: the one that runs already, else one of our own for as long as we need it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from local.home import HomeInUse, RuntimeInfo, find_running
from shared.settings import Settings

if TYPE_CHECKING:
    from local.supervisor import Runtime

STARTING_SECONDS = 60.0


class Joined:
    """Enter it to have a runtime; `ensure` again whenever it may have gone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own: Runtime | None = None

    async def __aenter__(self) -> Joined:
        await self.ensure()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._own is not None:
            await self._own.stop()

    async def ensure(self) -> RuntimeInfo:
        """The runtime's urls. Starts one if whoever had it is gone: what was begun goes on.

        Raises:
            HomeInUse: by a process that starts no runtime within a minute.
        """
        deadline = time.monotonic() + STARTING_SECONDS
        while True:
            if self._own is not None:
                self._own.check()
                return self._own.info
            running = find_running(self._settings.leadreel_home)
            if running is not None:
                return running
            from local.supervisor import Runtime  # whoever finds one running waits for no import of it

            runtime = Runtime(self._settings)
            try:
                await runtime.start()
                self._own = runtime
            except HomeInUse:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
