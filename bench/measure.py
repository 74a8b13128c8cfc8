"""What a command costs: wall time, CPU time and memory of it and of everything that it starts."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import supervise

GRACE_SECONDS = 60.0
_TAIL = 500


class RunFailed(Exception):
    """A command could not be started, failed or ran out of time; the text ends with what it said last."""


@dataclass(frozen=True)
class Usage:
    """wall_seconds: of the command itself, start to end. cpu_seconds, peak_memory_mb: of its whole tree.

    peak_memory_mb: 0 unless it was asked for.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_memory_mb: float


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    timeout_seconds: float = 300,
    with_memory: bool = False,
) -> Usage:
    """Run a command to its end, in this environment and folder.

    with_memory: also measure that, which makes the run slower.

    Raises:
        RunFailed: also after `timeout_seconds`; nothing of it runs on then.
    """
    name = Path(command[0]).name
    with tempfile.TemporaryDirectory(prefix="leadreel-bench-") as folder:
        result, log = Path(folder) / "usage.json", Path(folder) / "log"
        supervisor = [sys.executable, "-I", supervise.__file__, str(result), f"{timeout_seconds:.0f}"]
        supervisor.append("memory" if with_memory else "time")
        with log.open("wb") as said:
            subprocess.run(
                [*supervisor, *command],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                timeout=timeout_seconds + GRACE_SECONDS,
                check=False,
            )
        last_words = " ".join(log.read_text(errors="replace")[-_TAIL:].split())
        if not result.exists():
            raise RunFailed(f"{name} could not be started: {last_words}")
        used = json.loads(result.read_text())
    if used["timed_out"]:
        raise RunFailed(f"{name} was not done after {timeout_seconds:.0f} s: {last_words}")
    if used["exit_code"] != 0:
        raise RunFailed(f"{name} ended with {used['exit_code']}: {last_words}")
    return Usage(
        wall_seconds=round(used["wall_seconds"], 3),
        cpu_seconds=round(used["cpu_seconds"], 3),
        peak_memory_mb=round(used["peak_memory_bytes"] / 1e6, 1),
    )
