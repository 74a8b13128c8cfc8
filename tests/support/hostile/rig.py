"""Films hostile pages inside a network of its own: orders come in, one a line; outcomes go out, as JSON.

unshare --net --mount [--user --map-root-user] python -m tests.support.hostile.rig FOLDER
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from shared.egress import EgressProxy
from shared.recording import Progress, SceneJob, Tour, Viewport, film_scene, find_chromium
from shared.recording.browser.chromium import launched
from tests.support.hostile import vectors, world
from tests.support.hostile.case import Case, Outcome
from tests.support.hostile.cases import CASES
from tests.support.hostile.certificate import write_certificate
from tests.support.hostile.far_side import FarSide, Page
from tests.support.hostile.sniffer import Sniffer

MOST_SECONDS = 60.0
UNSHIELDED_SECONDS = 5.0
CANARY = "canary-4f1d2c7e-of-this-function"
SMALL = Viewport(width=320, height=240, fps=10)

_WRAPPER = """#!/bin/sh
# The browser with other flags than ours: {why}
for argument do
  shift
  case "$argument" in {without}) ;; *) set -- "$@" "$argument" ;; esac
done
exec {program} "$@" {extra}
"""


class Rig:
    """One network, one far side, one case at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._temporary = folder / "tmp"
        self._temporary.mkdir(exist_ok=True)
        tempfile.tempdir = os.environ["TMPDIR"] = str(self._temporary)
        os.environ["AWS_SECRET_ACCESS_KEY"] = os.environ["LEADREEL_CANARY"] = CANARY
        world.build(folder)
        self._sniffer = Sniffer()
        self._far = FarSide()
        self._far.start(write_certificate(folder))

    def control(self) -> list[str]:
        """Call every listener directly: what is counted."""
        for address in world.FORBIDDEN:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            for port in world.PORTS:
                with socket.create_connection((address, port), 5) as caller:
                    caller.sendall(b"GET /control HTTP/1.1\r\n\r\n")
                    assert caller.recv(9) == b"HTTP/1.1 "
            for port in (*world.UDP_PORTS, 53, 1900):
                with socket.socket(family, socket.SOCK_DGRAM) as caller:  # seen even if nobody listens
                    caller.sendto(b"x", socket.getaddrinfo(address, port, family)[0][4])
        time.sleep(0.3)
        return self._hits()

    def _hits(self) -> list[str]:
        hits = list(self._far.hits)
        self._far.hits.clear()
        return hits + [f"packet {call}" for call in self._sniffer.take()]

    async def run(self, case: Case, *, without_bypass_rule: bool = False) -> Outcome:
        """Film the case's page; what came of it."""
        self._far.find = lambda host, path: _find(case, host, path)
        self._far.requests.clear()
        self._far.names.asked.clear()
        self._far.sent = 0
        self._hits()
        program = self._program(case, without_bypass_rule)
        frames = self._folder / "frames"
        frames.mkdir(exist_ok=True)
        (frames / "frames.mkv").unlink(missing_ok=True)
        watch = _Watch(case)
        started = time.monotonic()
        ended, error = "filmed", ""
        looking = asyncio.create_task(watch.look_around())
        try:
            async with asyncio.timeout(MOST_SECONDS):
                result = await film_scene(
                    SceneJob(
                        source=Tour(url=case.address, steps=()),
                        viewport=SMALL,
                        first_frame=0,
                        frame_count=case.frames,
                    ),
                    frames,
                    caps=case.caps,
                    on_progress=watch.progress,
                    chromium_path=program,
                )
                told = result.model_dump_json()
        except Exception as failure:
            ended, error, told = str(failure), type(failure).__name__, ""
        seconds = time.monotonic() - started
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        strays = await _gone()
        leaks = watch.leaks + self._leaks(ended + told, frames / "frames.mkv")
        requests = list(self._far.requests)
        return Outcome(
            case.name,
            ended,
            error,
            seconds,
            hits=self._hits(),
            direct=[f"{r.method} {r.path}" for r in requests if not case.tls and not r.proxied],
            strays=strays,
            leftovers=[str(path) for path in self._temporary.iterdir()],
            leaks=leaks,
            requests=len(requests),
            megabytes=self._far.sent / 1e6,
            asked=dict(self._far.names.asked),
            told=told,
        )

    async def call_unshielded(self, *, with_flags: bool) -> list[str]:
        """A page with WebRTC in a bare tab, where only the browser's flags stand in its way, or nothing."""
        self._far.find = lambda host, path: Page(vectors.WEB_RTC)
        self._hits()
        without = "''" if with_flags else "--*webrtc-ip-handling-policy=*"
        program = self._wrapper(["nothing but flags keeps WebRTC in"], without, [])
        async with (
            EgressProxy().serving() as proxy,
            launched(program, proxy.port, SMALL, deadline_seconds=30) as browser,
        ):
            await browser.connection.call("Target.createTarget", {"url": "http://web-rtc.test/"})
            await asyncio.sleep(UNSHIELDED_SECONDS)
        return self._hits()

    def _program(self, case: Case, without_bypass_rule: bool) -> Path | None:
        extra, without, why = [], "''", []
        if case.tls:
            extra.append("--ignore-certificate-errors")
            why.append("the rig's certificate is nobody's")
        if case.secure:
            extra.append(f"--unsafely-treat-insecure-origin-as-secure=http://{case.name}.test")
            why.append("its origin is as good as HTTPS")
        if without_bypass_rule:
            without = "--proxy-bypass-list=*"
            why.append("to see what the bypass rule is for")
        return self._wrapper(why, without, extra) if why else None

    def _wrapper(self, why: list[str], without: str, extra: list[str]) -> Path:
        wrapper = self._folder / "browser.sh"
        text = _WRAPPER.format(
            why="; ".join(why), without=without, program=find_chromium(), extra=" ".join(extra)
        )
        wrapper.write_text(text)
        wrapper.chmod(0o755)
        return wrapper

    def _leaks(self, told: str, film: Path) -> list[str]:
        canary = CANARY.encode()
        places = {"the reason or the result": told.encode()}
        if film.exists():
            places["frames.mkv"] = film.read_bytes()
        for request in self._far.requests:
            places[f"{request.method} {request.path[:80]}"] = request.head.encode("latin-1") + request.body
        return [place for place, content in places.items() if canary in content]


class _Watch:
    """Looks at the browser's processes while a page is filmed."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._killed = False
        self.leaks: list[str] = []

    def progress(self, progress: Progress) -> None:
        if self._case.kill and progress.frames_done == 2 and not self._killed:
            self._killed = True
            for pid, line in world.inhabitants().items():
                if "--type=renderer" in line:
                    os.kill(pid, signal.SIGKILL)

    async def look_around(self) -> None:
        while True:
            await asyncio.sleep(0.4)
            for pid, line in world.inhabitants().items():
                if "playwright" in line:  # our own hands, not the browser
                    continue
                with contextlib.suppress(OSError):
                    if CANARY.encode() in Path(f"/proc/{pid}/environ").read_bytes() or CANARY in line:
                        self.leaks.append(f"process {pid}: {line[:80]}")


def _find(case: Case, host: str, path: str) -> Page:
    return case.pages.get(f"{host}{path}") or case.pages.get(path) or Page("nothing here", 404)


async def _gone() -> list[str]:
    """The processes that are still there two seconds later."""
    for _ in range(40):
        left = world.inhabitants()
        if not left:
            return []
        await asyncio.sleep(0.05)
    return [f"{pid} {line[:120]}" for pid, line in left.items()]


def main(folder: Path) -> None:
    rig = Rig(folder)
    for line in sys.stdin:
        order = json.loads(line)
        answer: object
        if order.get("control"):
            answer = rig.control()
        elif "unshielded" in order:
            answer = asyncio.run(rig.call_unshielded(with_flags=order["with_flags"]))
        else:
            outcome = asyncio.run(
                rig.run(CASES[order["case"]], without_bypass_rule=order.get("without_bypass_rule", False))
            )
            answer = asdict(outcome)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
