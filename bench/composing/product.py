"""The product as its users run it, on a home of its own: a warm runtime, videos made, and what they left."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.composing.leads import Lead
from bench.measure import RunFailed
from bench.peers import ROOT
from local.home import find_running

LEADREEL = [sys.executable, "-m", "local.cli"]
START_SECONDS = 120.0
STOP_SECONDS = 60.0
MAKE_SECONDS = 1800.0


@dataclass(frozen=True)
class Making:
    """One `leadreel make`.

    pipeline_seconds: from when the runtime was asked until the video was ready. cpu_seconds: of the command
    and of the runtime while it ran. hls_bytes: of clips and playlists that it added; public_bytes: of all
    that it added to what the world may see; kept_bytes: to all of storage. steps: seconds by name.
    """

    wall_seconds: float
    pipeline_seconds: float
    cpu_seconds: float
    hls_bytes: int
    public_bytes: int
    kept_bytes: int
    steps: dict[str, float]


@dataclass
class Product:
    """site: the page's address, `127.0.0.1:PORT`. runtime: the process of `leadreel up`, if it runs."""

    home: Path
    site: str
    runtime: psutil.Process | None = None
    _seen: set[Path] = field(default_factory=set)

    @property
    def environment(self) -> dict[str, str]:
        """Without keys: everything offline."""
        plain = {
            name: text for name, text in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))
        }
        return plain | {"LEADREEL_HOME": str(self.home), "RECORDING_ALLOW_HOSTS": self.site}

    def command(self, lead: Lead, seconds: int) -> list[str]:
        """`leadreel make` for one lead of a campaign."""
        who = ["--name", lead.name, "--company", lead.company]
        who += ["--industry", lead.industry, "--email", lead.email]
        return [*LEADREEL, "make", *who, *self.asked(seconds)]

    def asked(self, seconds: int) -> list[str]:
        return ["--url", f"http://{self.site}/", "--campaign", "--duration", str(seconds), "--json"]

    def make(self, lead: Lead, seconds: int) -> Making:
        """Raises RunFailed, with what it said."""
        cpu, started = self._cpu(), time.monotonic()
        done = subprocess.run(
            self.command(lead, seconds),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MAKE_SECONDS,
            check=False,
        )
        wall = time.monotonic() - started
        if done.returncode != 0:
            raise RunFailed(f"leadreel make ended with {done.returncode}: {done.stderr[-500:]}")
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        cpu = self._cpu() - cpu
        return Making(wall, float(answer["seconds"]), cpu, *self._grown(), _steps(answer))

    def _cpu(self) -> float:
        """CPU seconds of the commands that have ended and of the runtime's whole tree, the dead included."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = ended.ru_utime + ended.ru_stime
        for process in [self.runtime, *self.runtime.children(recursive=True)] if self.runtime else []:
            with contextlib.suppress(psutil.Error):
                used += sum(process.cpu_times()[:4])
        return used

    def _grown(self) -> tuple[int, int, int]:
        """Bytes of new files: (of HLS, in public/, in all of storage, where a hard link adds nothing)."""
        storage = self.home / "storage"
        new = {path for path in storage.rglob("*") if path.is_file()} - self._seen
        self._seen |= new
        public = {path for path in new if path.is_relative_to(storage / "public")}
        hls = {path for path in public if path.suffix in {".m3u8", ".m4s", ".mp4"}}
        kept = {(status.st_dev, status.st_ino): status.st_size for status in map(Path.stat, new)}
        return _size(hls), _size(public), sum(kept.values())


def fresh(home: Path, site: str) -> Product:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    return Product(home, site)


@contextlib.contextmanager
def warm(home: Path, site: str) -> Iterator[Product]:
    """A new home with `leadreel up`, which ends with the block.

    Raises:
        RunFailed: it did not start.
    """
    product = fresh(home, site)
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [*LEADREEL, "up", "--port", str(_free_port())],
            cwd=ROOT,
            env=product.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(up, home)
        product.runtime = psutil.Process(up.pid)
        yield product
    finally:
        up.terminate()
        try:
            up.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            up.kill()  # its guards end all that it started
            up.wait()


def _wait(up: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while find_running(home) is None:
        if up.poll() is not None or time.monotonic() > deadline:
            raise RunFailed(f"leadreel up did not start: {(home / 'up.log').read_text()[-500:]}")
        time.sleep(0.1)


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _steps(answer: dict[str, Any]) -> dict[str, float]:
    return {step["name"]: float(step["seconds"] or 0) for step in answer["steps"]}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
