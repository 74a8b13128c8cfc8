"""The command as a user runs it, on homes of the tests' own, and a page to record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from shared.settings import Settings

LEADREEL = [sys.executable, "-m", "local.cli"]
ROOT = Path(__file__).parents[2]
MAKE_SECONDS = 600

# Sixteen squares show, as bits, the number of the frame by the page's own clock.
COUNTER_PAGE = """<!doctype html><meta charset="utf-8"><title>Counting page</title>
<style>
  body { margin: 0; font: 32px sans-serif; background: #f4f1ea }
  section { height: 900px; padding: 220px 120px 0 }
  #bits { position: fixed; top: 0; left: 0; display: flex }
  #bits i { width: 60px; height: 60px; background: #000 }
</style>
<div id="bits"></div>
<section><h1>First</h1><p>What is said about the first.</p></section>
<section><h1>Second</h1><p>What is said about the second.</p></section>
<section><h1>Third</h1><p>What is said about the third.</p></section>
<script>
  const bits = document.getElementById("bits");
  for (let n = 0; n < 16; n++) bits.append(document.createElement("i"));
  const draw = (now) => {
    const frame = Math.round(now * 30 / 1000);
    [...bits.children].forEach((bit, n) => { bit.style.background = (frame >> n) & 1 ? "#fff" : "#000"; });
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
</script>"""


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@dataclass(frozen=True)
class Site:
    """A folder served on loopback."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(COUNTER_PAGE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(folder, server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(frozen=True)
class Made:
    """What a finished `leadreel make --json` said."""

    code: int
    answer: dict[str, Any]
    errors: str


@dataclass(frozen=True)
class Leadreel:
    """The command with a home of its own."""

    home: Path
    environment: dict[str, str]

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*LEADREEL, *arguments],
            cwd=ROOT,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what was said on standard output and standard error."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    def make(self, *arguments: str, **more: str) -> Made:
        process = self.start("make", *arguments, "--json", **more)
        try:
            output, errors = process.communicate(timeout=MAKE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            raise AssertionError(f"make took too long: {errors[-3000:]}") from None
        lines = output.strip().splitlines()
        return Made(process.returncode, json.loads(lines[-1]) if lines else {}, errors)


def newcomer(home: Path, **settings: str) -> Leadreel:
    """Whoever has set nothing, or these settings alone."""
    known = {field.upper() for field in Settings.model_fields}
    plain = {name: value for name, value in os.environ.items() if name.upper() not in known}
    return Leadreel(home, plain | {"LEADREEL_HOME": str(home)} | settings)


def new_home(home: Path, site: Site, **settings: str) -> Leadreel:
    return newcomer(home, RECORDING_ALLOW_HOSTS=f"127.0.0.1:{site.port}", **settings)
