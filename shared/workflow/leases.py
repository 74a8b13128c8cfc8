"""Holding what only one may hold, so that it is free again when the holder dies.

In the database a holder writes down until when it holds, and says so anew while it lives. Between processes
of one machine a locked file does: the kernel gives the lock back when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Retryable

LAST_BEAT_SECONDS = 1.0


@dataclass(frozen=True)
class Lease:
    """How long a claim holds once its owner falls silent, how often it is extended, how often others look."""

    seconds: float = 15.0
    beat_seconds: float = 5.0
    poll_seconds: float = 0.2


@contextmanager
def extended(extend: Callable[[], None], every_seconds: float) -> Iterator[None]:
    """Calls `extend` every so often while the block runs.

    In a thread: an event loop that is busy (importing an SDK takes seconds) lets no lease run out, and a
    database that hangs doesn't keep a vendor's answer from being read.
    """
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(every_seconds):
            with suppress(Retryable):  # a lease outlives a beat or two
                extend()

    beating = threading.Thread(target=beat, name="lease", daemon=True)
    beating.start()
    try:
        yield
    finally:
        ended.set()
        # a Lambda that is frozen within a beat would leave its transaction open
        beating.join(LAST_BEAT_SECONDS)


def lock_file(path: Path) -> int | None:
    """A descriptor that holds the file's lock until it is closed or its process ends; None if it is held."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)  # locked by another, or removed by the one who had it
    return None
