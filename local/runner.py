"""Finds executions in the journal and runs them; after a crash it goes on with those that had not ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from local.asl import Machine
from local.dataflow import RUNTIME
from local.failure import Failure
from local.machine import Clock, Invoke, Run
from local.stopping import Stop
from local.visits import Execution, Journal, JournalLost
from local.waiting import Place, Waiting

POLL_SECONDS = 5.0  # should a notification be lost
AT_ONCE = 50

log = logging.getLogger(__name__)


class Runner:
    """Runs what the journal has to run until it is cancelled.

    wake: set when there may be something new. before_end: awaited before an execution is marked as ended.
    at_once: how many executions run side by side; the others wait, oldest first. One that waits for an
    answer to a task token is not counted.
    """

    def __init__(
        self,
        machines: Mapping[str, Machine],
        invoke: Invoke,
        journal: Journal,
        wake: asyncio.Event,
        before_end: Callable[[], Awaitable[None]],
        *,
        at_once: int = AT_ONCE,
        clock: Clock | None = None,
    ) -> None:
        self._machines = machines
        self._invoke = invoke
        self._journal = journal
        self._wake = wake
        self._before_end = before_end
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = Waiting(journal)
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stops: dict[str, Stop] = {}

    async def run(self) -> None:
        try:
            while True:
                self._wake.clear()
                try:
                    await self._look()
                except JournalLost as error:
                    log.warning("the journal can't be reached and will be asked again: %s", error)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(
                        POLL_SECONDS
                    ):  # Python 3.11's wait_for may lose a cancellation
                        await self._wake.wait()
        finally:
            tasks = list(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        """Start what is new; cancel what someone else has marked as ended."""
        open_now = {execution.name: execution for execution in await self._journal.running()}
        for name, task in list(self._running.items()):
            if name not in open_now:
                self._stops[name].asked = True
                task.cancel()
        for name, execution in open_now.items():
            if name not in self._running:
                stop = self._stops[name] = Stop()
                task = asyncio.create_task(self._execute(execution), context=stop.context())
                self._running[name] = task
                task.add_done_callback(partial(self._forget, name))
        await self._waiting.look()

    def _forget(self, name: str, task: asyncio.Task[None]) -> None:
        self._running.pop(name, None)
        self._stops.pop(name, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("execution %s was interrupted and will be resumed", name, exc_info=error)

    async def _execute(self, execution: Execution) -> None:
        place = Place(self._slots)
        await place.take()
        try:
            output = await self._run(execution, place)
        except Failure as failure:
            await self._flush()
            await self._journal.end(execution.name, "FAILED", error=failure.error, cause=failure.cause)
        else:
            await self._flush()
            await self._journal.end(execution.name, "SUCCEEDED", output)
        finally:
            place.give_back()

    async def _run(self, execution: Execution, place: Place) -> object:
        machine = self._machines.get(execution.machine)
        if machine is None:
            raise Failure(RUNTIME, f"there is no state machine {execution.machine!r}")
        try:
            return await Run(
                machine, execution, self._invoke, self._journal, self._clock, self._waiting, place
            ).to_the_end()
        except (Failure, JournalLost):
            raise
        except Exception as error:  # a fault of the interpreter: repeating it would never end
            log.exception("execution %s failed inside the runtime", execution.name)
            raise Failure(RUNTIME, f"the runtime itself failed: {error!r}") from error

    async def _flush(self) -> None:
        try:
            await self._before_end()
        except Failure as failure:
            log.warning("costs were not written and will be later: %s", failure)
