"""Which processes of this machine belong to a home."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil


def processes_of(home: Path) -> list[psutil.Process]:
    """Those whose folder, command line or environment names the home; this process left out."""
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and _names(process, str(home))
    ]


def commands_of(home: Path) -> list[str]:
    """Their command lines; of one that ends meanwhile, none."""
    commands = []
    for process in processes_of(home):
        with suppress(psutil.Error):
            commands.append(" ".join(process.cmdline()))
    return commands


def _names(process: psutil.Process, text: str) -> bool:
    for look in (process.cmdline, process.cwd, process.environ):
        try:
            if text in str(look()):
                return process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            continue
    return False


def eventually(holds: Callable[[], object], seconds: float = 15.0) -> bool:
    """Whether something comes true within a time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if holds():
            return True
        time.sleep(0.02)
    return bool(holds())
