"""Runs a command and counts what it and everything that it started used: a program of its own.

    python -m bench.supervise RESULT_FILE DEADLINE_SECONDS memory|time COMMAND…

It is a child subreaper, so a process whose parent has gone becomes its child, whatever its session or group.
Each is waited for with wait4, and the kernel hands over the CPU time of it and of all that it had waited for.
With `memory`, that is sampled: proportional set sizes (shared pages count once) of the whole tree. The kernel
goes through the page tables for it, which keeps the processes from their work: not so with `time`.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.25
LINGER_SECONDS = 10.0  # for what a command leaves running; then it is killed


def main(arguments: list[str]) -> int:
    result, deadline, what, *command = arguments
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "this kernel knows no child subreapers")
    watch = _Watch(float(deadline), with_memory=what == "memory")
    try:
        used = _run(command, watch)
    finally:
        watch.end()
    used |= {"peak_memory_bytes": watch.peak, "timed_out": watch.timed_out}
    Path(result).write_text(json.dumps(used))
    return 0


def _run(command: list[str], watch: _Watch) -> dict[str, float]:
    """Start the command and wait for it and for all that becomes ours."""
    started = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    watch.start()
    used = {"cpu_seconds": 0.0}
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return used
        used["cpu_seconds"] += usage.ru_utime + usage.ru_stime
        if pid == child.pid:
            used["wall_seconds"] = time.monotonic() - started
            used["exit_code"] = child.returncode = os.waitstatus_to_exitcode(status)
            watch.hurry(LINGER_SECONDS)


class _Watch(threading.Thread):
    """Samples the memory of our descendants, if asked, and kills them at the deadline. peak: in bytes."""

    def __init__(self, deadline_seconds: float, *, with_memory: bool) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._with_memory = with_memory
        self.timed_out = False
        self._end = time.monotonic() + deadline_seconds
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            if self._with_memory:
                self.peak = max(self.peak, sum(_memory(process) for process in _descendants()))
            if time.monotonic() > self._end:
                self.timed_out = True
                _kill()

    def hurry(self, seconds: float) -> None:
        self._end = min(self._end, time.monotonic() + seconds)

    def end(self) -> None:
        self._done.set()
        _kill()


def _descendants() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:  # it has gone, or is being born
        return 0


def _kill() -> None:
    for process in _descendants():
        with contextlib.suppress(psutil.Error):
            process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
