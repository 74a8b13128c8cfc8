"""CPU time and memory of a known load, also of processes that left their parents, sessions and groups."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from bench.measure import RunFailed, Usage, run

BURN = """
import time
held = bytearray(100_000_000)
held[::4096] = b"x" * len(held[::4096])
while time.process_time() < 1.0: pass
time.sleep(1.0)
"""
# a burning process in a session of its own, whose parent ends at once: nobody of its line waits for it
STRAY = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {BURN!r}], start_new_session=True)
"""
FAMILY = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {STRAY!r}])
subprocess.run([sys.executable, "-c", {BURN!r}])
"""


def python(code: str, tmp_path: Path, timeout_seconds: float = 60) -> Usage:
    command = [sys.executable, "-c", code]
    return run(command, env=os.environ, cwd=tmp_path, timeout_seconds=timeout_seconds, with_memory=True)


def test_strays_count(tmp_path: Path) -> None:
    used = python(FAMILY, tmp_path)
    assert 2.0 <= used.cpu_seconds < 3.0
    assert 200 < used.peak_memory_mb < 300
    assert used.wall_seconds >= 2.0


def test_a_failure_says_what_was_said_last(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="ended with 3: out of ideas"):
        python("import sys; print('out of ideas'); sys.exit(3)", tmp_path)


def test_nothing_outlives_the_deadline(tmp_path: Path) -> None:
    mark = f"leadreel-bench-{os.getpid()}"
    stray = f"subprocess.Popen(['/bin/sleep', '60'], start_new_session=True, env={{'MARK': '{mark}'}})"
    with pytest.raises(RunFailed, match="not done after 1 s"):
        python(f"import subprocess, time\n{stray}\ntime.sleep(60)", tmp_path, timeout_seconds=1)
    assert not [process for process in psutil.process_iter() if mark in environment(process).values()]


def environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}
