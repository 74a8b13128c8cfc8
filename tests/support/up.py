"""A home that `leadreel up` serves, in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 60.0


@dataclass(frozen=True)
class Served:
    """url: of the edge. home: the folder that LEADREEL_HOME, `home`, lies in."""

    url: str
    environment: dict[str, str]
    home: Path
    log: Path

    @property
    def demo_url(self) -> str:
        """Of the demo site."""
        running = json.loads((self.home / "home" / "run" / "runtime.json").read_text())
        return f"{running['demo_url']}/"

    def token(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "local.cli", "token", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    def client(self, *arguments: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token(*arguments)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@contextmanager
def served_home(home: Path, **settings: str) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LEADREEL_HOME": str(home / "home"),
        "PYTHONPATH": os.pathsep.join(sys.path),
        **settings,
    }
    log = home / "up.log"
    with log.open("wb") as output:
        up = subprocess.Popen(
            [sys.executable, "-m", "local.cli", "up", "--port", str(port)],
            env=environment, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if httpx.get(f"{url}/health", timeout=30).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert up.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield Served(url, environment, home, log)
    finally:
        up.terminate()
        up.wait(60)
