"""All workers of a home: started on first call, kept warm for a while, never more at once than allowed."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.catalogue import Function
from local.environment import WorkerEnvironment
from local.failure import Failure
from local.reports import FunctionLog, ReportSpool, subscription_events
from local.runtime_api import PAYLOAD_LIMIT, Answer, platform_error
from local.stopping import is_stopped
from local.worker import Result, Worker

COSTS_FUNCTION = "ingest_costs"
POOL_SIZE = 4
IDLE_SECONDS = 120.0


@dataclass
class _Pool:
    """One function's workers. slots: shared by all heavy functions, else the function's own."""

    function: Function
    slots: asyncio.Semaphore
    log: FunctionLog
    idle: list[tuple[Worker, asyncio.TimerHandle]] = field(default_factory=list)


class Workers:
    """Invokes functions by their short name.

    home: gets logs/ and scratch/. cores: how many heavy functions run at once. pool_size: how many workers
    each other function may have. hold: descriptors kept open as long as any worker's process lives.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        environment: WorkerEnvironment,
        home: Path,
        *,
        cores: int | None = None,
        pool_size: int = POOL_SIZE,
        idle_seconds: float = IDLE_SECONDS,
        hold: Sequence[int] = (),
    ) -> None:
        heavy = asyncio.Semaphore(cores or os.cpu_count() or 1)
        self._pools = {
            name: _Pool(
                function,
                heavy if function.limits.heavy else asyncio.Semaphore(pool_size),
                FunctionLog(home / "logs" / f"{name}.log"),
            )
            for name, function in functions.items()
        }
        self._environment = environment
        self._scratch = home / "scratch"
        self._idle_seconds = idle_seconds
        self._hold = tuple(hold)
        self._spool = ReportSpool(home / "run" / "reports.jsonl")
        self._flushing = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._workers: set[Worker] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        shutil.rmtree(self._scratch, ignore_errors=True)

    async def invoke(self, function: str, event: Any, timeout_seconds: float | None = None) -> Any:
        """Call a function and return what it answers.

        timeout_seconds: counted from when a worker takes the event, not while it waits for one.

        Raises:
            Failure: it failed, timed out or was killed.
            TimeoutError: the timeout passed. As on AWS, the function itself works on.
        """
        answer = await self.call(function, json.dumps(event, ensure_ascii=False).encode(), timeout_seconds)
        if answer.failed:
            document = json.loads(answer.payload)
            raise Failure(document.get("errorType") or "Lambda.Unknown", answer.payload.decode())
        return json.loads(answer.payload)

    async def call(self, function: str, payload: bytes, timeout_seconds: float | None = None) -> Answer:
        """As `invoke`, with JSON as bytes. Raises KeyError for an unknown function."""
        pool = self._pools[function]
        if len(payload) > PAYLOAD_LIMIT:
            text = f"{len(payload)} byte payload is too large for {function} ({PAYLOAD_LIMIT} bytes)"
            return platform_error("Lambda.RequestTooLargeException", text)
        await pool.slots.acquire()
        task = asyncio.create_task(self._serve(pool, payload))
        self._track(task)
        task.add_done_callback(lambda _: pool.slots.release())
        try:
            async with asyncio.timeout(timeout_seconds):
                return await asyncio.shield(task)
        except asyncio.CancelledError:
            if is_stopped() and pool.function.limits.heavy:
                task.cancel()  # its worker ends; a light one may be buying something, and comes to its end
            raise

    async def flush(self) -> None:
        """Hand the waiting log lines to `ingest_costs`, if there is such a function.

        Raises:
            Failure: it failed; the lines stay for the next time.
        """
        async with self._flushing:
            while lines := self._spool.take():
                for event in subscription_events(lines):
                    await self.invoke(COSTS_FUNCTION, event)
                self._spool.drop(len(lines))

    async def stop(self) -> None:
        """Kill every worker."""
        for task in self._tasks:
            task.cancel()
        for pool in self._pools.values():
            for _, timer in pool.idle:
                timer.cancel()
            pool.idle.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.stop() for worker in list(self._workers)))
        self._workers.clear()
        shutil.rmtree(self._scratch, ignore_errors=True)

    async def _serve(self, pool: _Pool, payload: bytes) -> Answer:
        worker = self._warm(pool) or self._new(pool)
        try:
            if not worker.usable and (error := await worker.start()):
                return error
            result = await worker.invoke(payload)
        except OSError as error:  # no process, port or room on the disk: the step's failure, told at once
            return platform_error("Lambda.Unknown", f"the function could not be run: {error}")
        finally:
            if not worker.usable:
                await self._remove(worker)
        if worker.usable:
            self._keep_warm(pool, worker)
        self._collect(pool.function, result)
        return result.answer

    def _warm(self, pool: _Pool) -> Worker | None:
        while pool.idle:
            worker, timer = pool.idle.pop()
            timer.cancel()
            if worker.usable:
                return worker
            self._later(self._remove(worker))
        return None

    def _new(self, pool: _Pool) -> Worker:
        scratch = self._scratch / f"{pool.function.name}-{next(self._numbers)}"
        worker = self._worker(pool.function, self._environment, scratch, pool.log, self._hold)
        self._workers.add(worker)
        return worker

    def _worker(
        self,
        function: Function,
        environment: WorkerEnvironment,
        scratch: Path,
        log: FunctionLog,
        hold: Sequence[int],
    ) -> Worker:
        return Worker(function, environment, scratch, log, hold)

    def _keep_warm(self, pool: _Pool, worker: Worker) -> None:
        def expire() -> None:
            pool.idle.remove(entry)
            self._later(self._remove(worker))

        entry = (worker, asyncio.get_running_loop().call_later(self._idle_seconds, expire))
        pool.idle.append(entry)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        self._track(asyncio.get_running_loop().create_task(work))

    def _track(self, task: asyncio.Task[Any]) -> None:
        def forget(done: asyncio.Task[Any]) -> None:
            self._tasks.discard(done)
            if not done.cancelled():
                done.exception()  # its caller may be gone; then nobody else asks for it

        self._tasks.add(task)
        task.add_done_callback(forget)

    async def _remove(self, worker: Worker) -> None:
        self._workers.discard(worker)
        await worker.stop()

    def _collect(self, function: Function, result: Result) -> None:
        if function.name != COSTS_FUNCTION and COSTS_FUNCTION in self._pools:
            self._spool.add(function, result.lines)
