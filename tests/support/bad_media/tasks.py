"""What a process inside walls may do, of all things."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from shared.media.files import UnusableMedia


def tell_environment(path: Path) -> bytes:
    print("a library prints this")
    return json.dumps(dict(os.environ)).encode()


def refuse(path: Path) -> bytes:
    raise UnusableMedia(f"{path.name} is not to our taste")


def err(path: Path) -> bytes:
    raise KeyError(path.name)


def eat(path: Path) -> bytes:
    return b"".join(bytes([number]) * 100_000_000 for number in range(100))[:1]


def spin(path: Path) -> bytes:
    while True:
        pass


def sleep(path: Path) -> bytes:
    time.sleep(60)
    return b""


def abort(path: Path) -> bytes:
    os.abort()


def write(path: Path) -> bytes:
    path.with_suffix(".out").write_bytes(bytes(5_000_000))
    return b""
