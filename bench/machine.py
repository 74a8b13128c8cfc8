"""What a benchmark ran on and with which versions: figures mean nothing without it."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil
from imageio_ffmpeg import get_ffmpeg_version


def machine() -> str:
    """Such as `2 cores of AMD EPYC, 24 GB RAM, Linux 6.1`."""
    cores = len(os.sched_getaffinity(0))
    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{cores} cores of {_processor()}, {memory} GB RAM, {platform.system()} {platform.release()}"


def versions(chromium: Path, node: Path, modules: Path) -> dict[str, str]:
    """By name. modules: the node_modules folder; what is not installed is not named."""
    found = {
        "Chromium": _number(said(chromium, "--version")),
        "FFmpeg": get_ffmpeg_version(),
        "HyperFrames": _npm_version(modules / "hyperframes"),
        "Remotion": _npm_version(modules / "remotion"),
        "Node": _number(said(node, "--version")),
        "Playwright": version("playwright"),
        "PyAV": version("av"),
        "Python": platform.python_version(),
    }
    return {name: text for name, text in found.items() if text}


def said(program: Path, *arguments: str) -> str:
    """The first line that a program answers; empty if it can't be run."""
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip().partition("\n")[0]


def _number(text: str) -> str:
    found = re.search(r"\d[\d.]*", text)
    return found[0] if found else ""


def _npm_version(package: Path) -> str:
    try:
        return str(json.loads((package / "package.json").read_text())["version"])
    except FileNotFoundError:
        return ""


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
