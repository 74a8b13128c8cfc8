"""What a process and its children opened and whom they called, seen by strace."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]
_CURE = "bad media are read under strace, which {}: apt-get install strace, and allow ptrace in a container"
_OPENED = re.compile(r"\b(?:open|openat|openat2|creat)\((?:[^\"]*?, )?\"((?:[^\"\\]|\\.)*)\"")
_CALL = re.compile(r"\b(?:connect|bind|sendto|sendmsg|sendmmsg|listen|accept4?)\(|\bsocket\(AF_(?!UNIX)")


class NoTracing(Exception):
    """strace can't be used here; the text says what would help."""


def traced(trace: Path, module: str, *arguments: str) -> str:
    """What a module of ours wrote to standard output, run under strace. Raises NoTracing."""
    strace = shutil.which("strace")
    if strace is None:
        raise NoTracing(_CURE.format("is missing"))
    tried = subprocess.run([strace, "-f", "true"], capture_output=True, text=True, timeout=60)
    if tried.returncode != 0:
        raise NoTracing(_CURE.format(f"fails ({tried.stderr.strip()[-200:]})"))
    watch = [
        strace,
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-s",
        "500",
        "-e",
        "trace=%file,%network",
        "-o",
        str(trace),
    ]
    done = subprocess.run(
        [*watch, sys.executable, "-m", module, *arguments], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert done.returncode == 0
    return done.stdout


def opened_paths(trace: Path) -> set[str]:
    """Each path that was to be opened, whether that worked or not."""
    return set(_OPENED.findall(trace.read_text(errors="replace")))


def network_calls(trace: Path) -> list[str]:
    return [line for line in trace.read_text(errors="replace").splitlines() if _CALL.search(line)]
