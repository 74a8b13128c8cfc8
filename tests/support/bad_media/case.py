"""A bad file and what is to become of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import imageio_ffmpeg


@dataclass(frozen=True)
class Bait:
    """What a file may try to reach: a listener on loopback, and files that are none of its business."""

    url: str
    secret: Path
    passwd: str = "/etc/passwd"


@dataclass(frozen=True)
class Case:
    """refusal: a pattern of what is said; empty if the file is to be read, safely."""

    name: str
    kind: Literal["clip", "sound", "logo"]
    content: Callable[[Bait], bytes]
    refusal: str
    file_name: str = "file.mp4"


def fixed(content: bytes) -> Callable[[Bait], bytes]:
    return lambda bait: content


@cache
def made(suffix: str, *arguments: str) -> bytes:
    """What FFmpeg writes with these arguments."""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"made.{suffix}")
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *arguments, str(path)]
        subprocess.run(command, check=True, timeout=60)
        return path.read_bytes()


def picture(seconds: float = 3, size: str = "160x90") -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d={seconds}")


def tone(seconds: float = 4) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"sine=440:r=48000:d={seconds}")
