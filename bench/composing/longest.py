"""The longest video that is allowed: how long each invocation takes, and what a worker keeps in its /tmp.

On one machine a worker's TMPDIR is a folder below HOME/scratch, named by its function. What is deleted while
it is still open is not seen.
"""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from bench.composing.leads import LEADS
from bench.composing.product import Making, warm
from shared.costs import InvocationReport, parse_report

SECONDS = 600
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Invoked:
    """Of one function: its invocations, the longest billed in seconds, most memory in MB, most scratch in
    bytes of one worker."""

    function: str
    count: int
    longest_seconds: float
    memory_mb: int
    scratch_bytes: int


@dataclass(frozen=True)
class Longest:
    """The video, and what it took of each function."""

    making: Making
    functions: tuple[Invoked, ...]


def play(home: Path, site: str, seconds: int = SECONDS) -> Longest:
    """Raises RunFailed."""
    with warm(home, site) as product, Scratch(home / "scratch") as scratch:
        making = product.make(LEADS[0], seconds)
    invocations: dict[str, list[InvocationReport]] = {}
    for log in (home / "logs").glob("*.log"):
        name = log.stem.partition(".")[0]  # a long log has an older part: NAME.1.log
        invocations.setdefault(name, []).extend(reports(log.read_text(errors="replace")))
    return Longest(making, summed(invocations, scratch.most))


def reports(log: str) -> list[InvocationReport]:
    """Of every invocation that ended, whatever way."""
    found = (parse_report(line) for line in log.splitlines())
    return [report for report in found if report is not None]


def summed(invocations: dict[str, list[InvocationReport]], scratch: dict[str, int]) -> tuple[Invoked, ...]:
    """A line for each function, the slowest first."""
    lines = [
        Invoked(
            function=name,
            count=len(each),
            longest_seconds=max(report.billed_duration_ms for report in each) / 1000,
            memory_mb=max(report.max_memory_used_mb for report in each),
            scratch_bytes=scratch.get(name, 0),
        )
        for name, each in invocations.items()
        if each
    ]
    return tuple(sorted(lines, key=lambda line: -line.longest_seconds))


class Scratch(threading.Thread):
    """Watches the workers' folders, `{function}-{number}`, while its block runs. most: bytes by function."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.most: dict[str, int] = {}
        self._folder = folder
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.look()

    def look(self) -> None:
        for worker in self._folder.glob("*-*"):
            function = worker.name.rpartition("-")[0]
            self.most[function] = max(self.most.get(function, 0), _size(worker))

    def __enter__(self) -> Scratch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()


def _size(folder: Path) -> int:
    """Bytes on disk; what goes meanwhile counts nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(parent, name).lstat().st_blocks * 512
    return total
