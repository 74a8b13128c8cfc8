"""Applications under uvicorn, one process each, and wrk asking them in turn."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.measure import RunFailed
from bench.peers import CannotRun

SCRIPT = Path(__file__).with_name("load.lua")
SATURATING = (4, 8, 16)
"""Connections: the one that gets the most answers is the saturating load."""
PACED = 16
"""Connections that make half of its answers a second by pauses: wrk keeps no rate."""
WARM_SECONDS = 3
_START_SECONDS = 30.0


@dataclass(frozen=True)
class Load:
    """What wrk found. rate: answers a second. Latencies are milliseconds."""

    connections: int
    rate: float
    p50: float
    p90: float
    p99: float
    most: float

    @property
    def spread(self) -> float:
        return self.p99 / self.p50


def find_wrk() -> str:
    """Raises CannotRun."""
    found = shutil.which("wrk")
    if found is None:
        raise CannotRun("wrk is not installed: `apt-get install wrk` (https://github.com/wg/wrk)")
    return found


@dataclass(frozen=True)
class Served:
    """An application that is asked for one path. connections: with which it gives the most answers."""

    wrk: str
    url: str
    token: str | None
    connections: int

    def full(self, seconds: int) -> Load:
        """Under its saturating load."""
        return _ask(self, self.connections, seconds)

    def half(self, seconds: int) -> Load:
        """Under half of that."""
        return _ask(self, self.connections // 2, seconds)

    def by_chance(self, rate: float, seconds: int) -> Load:
        """Asked so often, at times that chance chooses.

        A try tells how long an answer takes then, which is taken off the pause.
        """
        cycle = PACED / rate * 1000
        tried = _ask(self, PACED, WARM_SECONDS, pause_ms=cycle)
        taken = PACED / tried.rate * 1000 - cycle
        return _ask(self, PACED, seconds, pause_ms=max(cycle - taken, 1))


@contextlib.contextmanager
def served(
    application: str, path: str, token: str | None, environment: Mapping[str, str], log: Path
) -> Iterator[Served]:
    """application: a factory, as uvicorn takes it. Raises CannotRun, RunFailed."""
    wrk = find_wrk()
    with _serving(application, environment, log) as port:
        url = f"http://127.0.0.1:{port}{path}"
        _check(port, path, token)
        tried = Served(wrk, url, token, SATURATING[-1])
        _ask(tried, SATURATING[-1], WARM_SECONDS)
        each = [_ask(tried, connections, WARM_SECONDS) for connections in SATURATING]
        yield replace(tried, connections=max(each, key=lambda load: load.rate).connections)


@contextlib.contextmanager
def _serving(application: str, environment: Mapping[str, str], log: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", application, "--port", str(port)]
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*command, "--no-access-log", "--log-level", "warning", "--http", "h11"],
            stdout=said,
            stderr=said,
            env=dict(environment),
            cwd=log.parent,
        )
        try:
            _wait(process, port, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RunFailed(f"the server did not start: {log.read_text()[-500:]}")


def _check(port: int, path: str, token: str | None) -> None:
    """Each really shows the row."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=_headers(token))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200 or not json.loads(body).get("share_url"):
        raise RunFailed(f"GET {path} answered {answer.status}: {body[:300]!r}")


def _ask(of: Served, connections: int, seconds: int, pause_ms: float = 0) -> Load:
    headers = [part for pair in _headers(of.token).items() for part in ("-H", ": ".join(pair))]
    size = ["-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT)]
    done = subprocess.run(
        [of.wrk, *size, *headers, of.url],
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=True,
        env={**os.environ, "PAUSE_MS": f"{pause_ms:.0f}"},
    )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if found["wrong"] or not found["requests"]:
        raise RunFailed(f"{found['wrong']} of {found['requests']} answers were wrong")
    rate = found["requests"] / found["seconds"]
    return Load(connections, rate, found["p50"], found["p90"], found["p99"], found["max"])


def _headers(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
