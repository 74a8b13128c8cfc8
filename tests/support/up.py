"""A home that `leadreel up` serves, in a process of its own."""

from __future__ import annotations

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
    url: str
    environment: dict[str, str]
    log: Path

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
def served_home(home: Path) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LEADREEL_HOME": str(home / "home"),
        "PYTHONPATH": os.pathsep.join(sys.path),
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
        yield Served(url, environment, log)
    finally:
        up.terminate()
        up.wait(60)
