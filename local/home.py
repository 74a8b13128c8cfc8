"""Who has a LEADREEL_HOME: one supervisor at a time."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from shared.errors import Permanent

LEFTOVER_SECONDS = 45.0  # a killed supervisor's processes are gone by then


class HomeInUse(Permanent):
    """Another supervisor has this home."""


@dataclass(frozen=True)
class RuntimeInfo:
    """A running runtime, as HOME/run/runtime.json tells of it.

    started: of the process `pid`, Unix time in seconds. url: of the edge, empty if it serves nothing.
    owner_url and app_url: of the database. demo_url: of the demo site, empty if there is none.
    """

    pid: int
    started: float
    owner_url: str
    app_url: str
    url: str
    demo_url: str


def find_running(home: Path) -> RuntimeInfo | None:
    """The runtime that serves a home, if one does."""
    try:
        info = RuntimeInfo(**json.loads((home / "run" / "runtime.json").read_text()))
        alive = abs(psutil.Process(info.pid).create_time() - info.started) < 1
    except (OSError, ValueError, TypeError, psutil.Error):
        return None
    return info if alive else None


class Home:
    """The folder and its lock. Whatever inherits `lock` keeps the home taken until it is gone."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.run = self.path / "run"
        self.lock = -1

    async def take(self) -> None:
        """Take the lock, once the processes of a killed predecessor are gone.

        Raises:
            HomeInUse: with the number of the process that has it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.run.mkdir(exist_ok=True)
        lock = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        limit = time.monotonic() + LEFTOVER_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                holder = self._holder(lock)
                if holder or time.monotonic() > limit:
                    os.close(lock)
                    who = f"process {holder}" if holder else "another process"
                    raise HomeInUse(
                        f"{self.path} is used by {who}: stop it, or choose another folder with LEADREEL_HOME"
                    ) from error
            await asyncio.sleep(0.05)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {psutil.Process().create_time()}".encode(), 0)
        self.lock = lock

    def announce(self, info: RuntimeInfo) -> None:
        """Tell others that the runtime is ready."""
        partial = self.run / "runtime.json.partial"
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(asdict(info)))
        partial.replace(self.run / "runtime.json")

    def conceal(self) -> None:
        """Take the announcement back."""
        (self.run / "runtime.json").unlink(missing_ok=True)

    def release(self) -> None:
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1

    @staticmethod
    def _holder(lock: int) -> int | None:
        """The supervisor that has the lock; None while only leftovers of a dead one hold it."""
        try:
            pid, started = os.pread(lock, 64, 0).decode().split()
            alive = abs(psutil.Process(int(pid)).create_time() - float(started)) < 1
        except (ValueError, psutil.Error):
            return None
        return int(pid) if alive else None
