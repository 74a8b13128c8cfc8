"""Runs a browser and outlives whoever asked for it, just long enough to clean up.

    python -I -S guard.py PROFILE_FOLDER DEADLINE_SECONDS MEMORY_MB BROWSER ARGUMENT…

Started as a program of its own, so it imports the standard library alone. It ends the browser, with every
process that the browser started, and removes the profile: when its standard input closes (the recorder is
done, or was killed), at the deadline, when the browser's memory passes the limit, and when the browser ends
by itself. The exit status and the last line on standard error say why.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

TURN_SECONDS = 0.5
LOOK_SECONDS = 0.1  # a page can take a gigabyte a second
PR_SET_PDEATHSIG = 1

# Exit statuses: why the browser was ended.
CLOSED, ENDED, MEMORY, DEADLINE, NOT_STARTED = 0, 3, 4, 5, 6


def main(arguments: list[str]) -> int:
    profile, deadline, memory_mb, *command = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        browser = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent()
        )
        status, why = watch(browser, float(deadline), int(memory_mb))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
    except OSError as error:
        status, why = NOT_STARTED, f"the browser could not be started: {error}"
    remove(Path(profile))
    with contextlib.suppress(OSError):
        os.write(2, f"guard: {why}\n".encode())
    return status


def watch(browser: subprocess.Popen[bytes], deadline_seconds: float, memory_mb: int) -> tuple[int, str]:
    """Wait for a reason to end the browser, and return it."""
    end = time.monotonic() + deadline_seconds
    family: list[Path] = []
    counted = 0.0
    while time.monotonic() < end:
        closed, _, _ = select.select([0], [], [], LOOK_SECONDS)
        if closed and not os.read(0, 4096):
            return CLOSED, "closed"
        if browser.poll() is not None:
            return ENDED, f"the browser ended by itself with status {browser.returncode}"
        if time.monotonic() - counted >= TURN_SECONDS:
            family, counted = processes_of(browser.pid), time.monotonic()
        if private_memory_mb(family) > memory_mb:
            return MEMORY, f"the browser used more than {memory_mb} MB of memory"
    return DEADLINE, f"the browser ran into its deadline of {deadline_seconds:.0f} s"


def processes_of(group: int) -> list[Path]:
    """The folders in /proc of a process group; none where /proc is missing."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # after the program's name, which may hold anything: state, parent, group
            if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                found.append(folder)
    return found


def private_memory_mb(processes: list[Path]) -> float:
    """Resident memory that these processes don't share, in MB."""
    pages = 0
    for folder in processes:
        with contextlib.suppress(OSError, ValueError):
            _, resident, shared, *_ = (folder / "statm").read_text().split()
            pages += int(resident) - int(shared)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def die_with_parent() -> Callable[[], None] | None:
    """What the child does before it becomes the browser: ask the kernel to be killed when this guard dies."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: None if prctl(PR_SET_PDEATHSIG, signal.SIGKILL) == 0 else os._exit(1)


def remove(folder: Path) -> None:
    """Remove a folder in which dying processes may still be writing."""
    for _ in range(20):
        if not folder.exists():
            return
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
