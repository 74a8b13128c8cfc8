"""Processes with a deadline, and with walls around those that read what we don't trust."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Timer
from typing import IO

import psutil

_CPU_GRACE_SECONDS = 10
_STARVED_SHARE = 0.25


@dataclass(frozen=True)
class Walls:
    """What a process may use of the machine.

    memory_bytes: of address space, so less of real memory. file_bytes: for each file it writes, its error
    messages among them.
    """

    memory_bytes: int
    file_bytes: int = 1_000_000

    def put_around(self, pid: int, deadline_seconds: float) -> None:
        """Its processor time ends well after its deadline: it counts where nobody is left to keep that."""
        seconds = round(deadline_seconds * (os.cpu_count() or 1)) + _CPU_GRACE_SECONDS
        for what, most in (
            (resource.RLIMIT_AS, self.memory_bytes),
            (resource.RLIMIT_FSIZE, self.file_bytes),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard = resource.prlimit(pid, what)
            allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.prlimit(pid, what, (allowed, allowed))


BARE_ENVIRONMENT = {"PATH": os.defpath, "HOME": "/", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
"""What a walled process knows of ours: nothing.

Without a home, Python looks for one in /etc/passwd. With one arena, address space is near what is used.
"""


@dataclass
class Running:
    """A process that was started.

    late: its deadline killed it. starved: it had hardly worked by then, so the machine was to blame.
    """

    process: subprocess.Popen[bytes]
    deadline_seconds: float
    late: bool = field(default=False, init=False)
    starved: bool = field(default=False, init=False)

    @property
    def output(self) -> IO[bytes]:
        assert self.process.stdout is not None  # asked for as a pipe
        return self.process.stdout

    def stop(self) -> None:
        with suppress(psutil.Error):
            used = psutil.Process(self.process.pid).cpu_times()
            self.starved = used.user + used.system < _STARVED_SHARE * self.deadline_seconds
        self.late = True
        self.process.kill()


@contextmanager
def running(
    command: list[str],
    *,
    errors: IO[bytes],
    deadline_seconds: float,
    walls: Walls | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> Iterator[Running]:
    """A process that is gone at the end of the block.

    It stays in our process group, so whoever ends the group ends it too.
    """
    process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=errors, env=environment)
    found = Running(process, deadline_seconds)
    timer = Timer(deadline_seconds, found.stop)
    timer.daemon = True
    timer.start()
    try:
        with process:
            try:
                if walls is not None:
                    walls.put_around(process.pid, deadline_seconds)
                yield found
            finally:
                process.kill()  # does nothing to a process that has ended
    finally:
        timer.cancel()


def tail(errors: IO[bytes], characters: int) -> str:
    """The end of what a process wrote into its file of errors."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 4 * characters))
    return errors.read().decode(errors="replace").strip()[-characters:]
