"""One worker: a process under awslambdaric that serves one function's invocations, one at a time."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.catalogue import Function
from local.environment import WorkerEnvironment
from local.guarded import guarded
from local.memory import memory_used
from local.output import Output
from local.reports import FunctionLog, Report, worth_handing_on
from local.runtime_api import Answer, Invocation, RuntimeApi, platform_error

INIT_SECONDS = 60.0
MEMORY_SECONDS = 0.25
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Result:
    """An invocation's answer, and the lines about it that are worth handing on."""

    answer: Answer
    lines: tuple[str, ...]


class Worker:
    """Started once, then invoked again and again until it fails, idles or is stopped."""

    def __init__(
        self,
        function: Function,
        environment: WorkerEnvironment,
        scratch: Path,
        log: FunctionLog,
        hold: Sequence[int],
    ) -> None:
        self.function = function
        self._alive = False
        self._environment = environment
        self._scratch = scratch
        self._log = log
        self._hold = tuple(hold)
        self._api = RuntimeApi()
        self._output = Output(log.write)
        self._peak = 0
        self._out_of_memory = False
        self._init_ms: float | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._exited: asyncio.Task[int] | None = None

    @property
    def usable(self) -> bool:
        """Whether it can take an invocation: not before it is ready, nor once the process is gone."""
        return self._alive and self._exited is not None and not self._exited.done()

    async def start(self) -> Answer | None:
        """Start the process and wait until it asks for work; the error if it can't initialise."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        await self._api.open()
        begun = time.perf_counter()
        await self._spawn()
        assert self._exited
        ready = asyncio.create_task(self._api.ready.wait())
        waits: set[asyncio.Future[Any]] = {ready, self._exited, self._api.answer}
        await asyncio.wait(waits, timeout=INIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            return self._failed_init()
        self._init_ms = (time.perf_counter() - begun) * 1000
        assert self._process
        self._peak = memory_used(self._process.pid, self.function.limits.memory_mb * MEGABYTE)
        self._alive = True
        return None

    async def _spawn(self) -> None:
        write_end = self._output.open()
        command, environment = self._command(
            self._environment.of(self.function, self._api.address, self._scratch)
        )
        try:
            self._process = await asyncio.create_subprocess_exec(
                *guarded(command, hold=self._hold),
                stdin=asyncio.subprocess.PIPE,
                stdout=write_end,
                stderr=write_end,
                env=environment,
                cwd=self._scratch,
                start_new_session=True,
                pass_fds=self._hold,
            )
        finally:
            os.close(write_end)
        self._exited = asyncio.create_task(self._process.wait())

    def _command(self, environment: dict[str, str]) -> tuple[list[str], dict[str, str]]:
        """What to start, and with which environment, for a function that is to see the given one."""
        return [sys.executable, "-P", "-m", "awslambdaric", self.function.handler], environment

    def _failed_init(self) -> Answer:
        if self._api.answer.done():
            return self._api.answer.result()
        if self._exited and self._exited.done():
            return platform_error(
                "Runtime.ExitError", f"Runtime exited with error: {ending(self._exited.result())}"
            )
        return platform_error(
            "Sandbox.Timedout", f"the function did not initialise within {INIT_SECONDS:.0f} s"
        )

    async def invoke(self, payload: bytes) -> Result:
        """Have it answer one event. Afterwards `usable` tells whether it can take another."""
        assert self._exited
        request_id, limits = str(uuid.uuid4()), self.function.limits
        self._log.write(f"START RequestId: {request_id} Version: $LATEST")
        self._output.lines.clear()
        deadline_ms = int((time.time() + limits.timeout_seconds) * 1000)
        begun = time.perf_counter()
        answer = self._api.send(Invocation(request_id, self.function.arn, payload, deadline_ms))
        watch = asyncio.create_task(self._watch_memory())
        try:
            waits: set[asyncio.Future[Any]] = {answer, self._exited}
            await asyncio.wait(waits, timeout=limits.timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.cancel()
            self._alive = answer.done()
        duration_ms = (time.perf_counter() - begun) * 1000
        status, error_type, given = self._outcome(request_id, answer)
        if not self.usable:
            await self.stop()
        self._output.read()
        report = self._report(request_id, duration_ms, status, error_type)
        return Result(given, (*self._finish_log(report), report.line()))

    def _outcome(self, request_id: str, answer: asyncio.Future[Answer]) -> tuple[str, str, Answer]:
        if answer.done():
            return "", "", answer.result()
        assert self._exited
        if self._out_of_memory:
            text = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
            return "error", "Runtime.OutOfMemory", platform_error("Runtime.OutOfMemory", text)
        if self._exited.done():
            text = (
                f"RequestId: {request_id} Error: Runtime exited with error: {ending(self._exited.result())}"
            )
            return "error", "Runtime.ExitError", platform_error("Runtime.ExitError", text)
        text = f"Task timed out after {self.function.limits.timeout_seconds:.2f} seconds"
        self._log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + f"Z {request_id} {text}")
        return "timeout", "", platform_error("Sandbox.Timedout", f"RequestId: {request_id} Error: {text}")

    def _report(self, request_id: str, duration_ms: float, status: str, error_type: str) -> Report:
        limits, init_ms, self._init_ms = self.function.limits, self._init_ms, None
        if status == "timeout":
            duration_ms = limits.timeout_seconds * 1000
        used = min(math.ceil(self._peak / MEGABYTE), limits.memory_mb)
        return Report(request_id, duration_ms, limits.memory_mb, used, init_ms, status, error_type)

    def _finish_log(self, report: Report) -> list[str]:
        self._log.write(f"END RequestId: {report.request_id}")
        self._log.write(report.line())
        return [line for line in self._output.lines if worth_handing_on(line)]

    async def _watch_memory(self) -> None:
        """Note how much the process and all below it use; kill it above the function's memory."""
        assert self._process
        limit = self.function.limits.memory_mb * MEGABYTE
        while True:
            await asyncio.sleep(MEMORY_SECONDS)
            used = memory_used(self._process.pid, limit)
            self._peak = max(self._peak, used)
            if used > limit:
                self._out_of_memory = True
                self._let_go()
                return

    def _let_go(self) -> None:
        """Tell the guard to kill everything."""
        if self._process and self._process.stdin:
            self._process.stdin.close()

    async def stop(self) -> None:
        """Kill the process and everything below it; remove its scratch folder."""
        self._alive = False
        self._let_go()
        if self._exited:
            await asyncio.wait({self._exited}, timeout=12)
            if not self._exited.done() and self._process:
                self._process.kill()
                await self._exited
        await self._api.close()
        self._output.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


def ending(exit_code: int) -> str:
    """How Lambda words a process's end."""
    return "signal: killed" if exit_code in (137, -9) else f"exit status {exit_code}"
