"""What breaks leaves a reason a person understands, nothing half-made, and no process behind."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from local.postgres import Postgres
from tests.end_to_end.conftest import LEADREEL, ROOT, Leadreel, Site, new_home, newcomer
from tests.support.vendors import VendorServer

GONE_SECONDS = 60


class Family:
    """Every process that ever descended from one, as far as a look every 30 ms finds them."""

    def __init__(self, pid: int) -> None:
        self.known: dict[tuple[int, float], psutil.Process] = {}
        self.root = psutil.Process(pid)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self.ended.wait(0.03):
            for parent in [self.root, *self.known.values()]:
                try:
                    for child in parent.children(recursive=True):
                        self.known[child.pid, child.create_time()] = child
                except psutil.Error:
                    continue

    def __enter__(self) -> Family:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def left(self) -> list[str]:
        """Those still there after a fair while."""
        deadline = time.monotonic() + GONE_SECONDS
        while True:
            alive = [process for process in self.known.values() if running(process)]
            if not alive or time.monotonic() > deadline:
                return [" ".join(process.cmdline())[:200] for process in alive]
            time.sleep(0.1)


def running(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def rows(leadreel: Leadreel) -> Iterator[Postgres]:
    server = Postgres(leadreel.home)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def ask(leadreel: Leadreel, query: str) -> list[tuple[object, ...]]:
    with rows(leadreel) as server:
        superuser = server.owner_url.replace("leadreel_owner@", "postgres@")
        engine = create_engine(superuser)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
    return found


def read_until(process: subprocess.Popen[str], wanted: str, stream: str = "stderr") -> str:
    lines = []
    for line in getattr(process, stream):
        lines.append(line)
        if wanted in line:
            return "".join(lines)
    raise AssertionError(f"{wanted!r} was never said: {''.join(lines)[-3000:]}")


def test_a_page_that_is_not_there_fails_its_step_with_one_line(tmp_path: Path, site: Site) -> None:
    leadreel = new_home(tmp_path / "home", site)
    made = leadreel.make("--url", f"{site.url}missing", "--name", "Ana", "--company", "Acme")
    assert made.code == 1
    assert made.answer["status"] == "failed"
    assert made.answer["failed_step"] == "check_page"
    last = made.errors.strip().splitlines()[-1]
    assert last.startswith("leadreel: check_page: ")
    assert "404" in last
    assert list((leadreel.home / "storage").glob("public/**/*.mp4")) == []
    [(status, reason)] = ask(leadreel, "SELECT status, reason FROM videos")
    assert status == "failed" and "404" in str(reason)


def test_a_make_for_nobody_is_refused_before_anything_starts(tmp_path: Path, site: Site) -> None:
    leadreel = new_home(tmp_path / "home", site)
    code, output, errors = leadreel.run("make", "--url", site.url)
    assert (code, output) == (1, "")
    assert errors == "leadreel: for whom is it? Give --name and --company, or --leads FILE\n"
    assert not leadreel.home.exists()


def test_a_private_page_is_refused_and_nothing_is_kept(tmp_path: Path, site: Site) -> None:
    leadreel = newcomer(tmp_path / "home")
    made = leadreel.make("--url", site.url, "--name", "Ana", "--company", "Acme")
    assert made.code == 1
    assert made.errors.strip().splitlines()[-1] == (
        "leadreel: 127.0.0.1 points at a private address (127.0.0.1); "
        f"if that is meant, set RECORDING_ALLOW_HOSTS=127.0.0.1:{site.port} to allow it"
    )
    assert ask(leadreel, "SELECT count(*) FROM videos") == [(0,)]


def test_an_empty_name_is_refused_before_anything_starts(tmp_path: Path, site: Site) -> None:
    leadreel = new_home(tmp_path / "home", site)
    made = leadreel.make("--url", site.url, "--name", " ", "--company", "Acme")
    assert made.code == 1
    assert made.errors.strip() == "leadreel: name: must not be empty"
    assert not leadreel.home.exists()


def test_a_killed_make_leaves_nothing_behind_and_up_finishes_its_video(tmp_path: Path, site: Site) -> None:
    leadreel = new_home(tmp_path / "home", site)
    make = leadreel.start("make", "--url", site.url, "--name", "Ana", "--company", "Acme", "--duration", "12")
    with Family(make.pid) as family:
        read_until(make, "record: running")
        time.sleep(1.0)
        os.kill(make.pid, signal.SIGKILL)
        make.communicate()
        assert family.known
        assert family.left() == []
    before = ask(
        leadreel, "SELECT name, started_at FROM video_steps WHERE status = 'completed' ORDER BY name"
    )
    assert {row[0] for row in before} >= {"check_page", "plan", "script", "voice"}

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    up = leadreel.start("up", "--port", str(port))
    with Family(up.pid) as family:
        killer = threading.Timer(180, up.kill)
        killer.start()
        read_until(up, "video 1 is ready", "stdout")
        killer.cancel()
        up.terminate()
        up.communicate(timeout=60)
        assert up.returncode == 0
        assert family.left() == []
    query = "SELECT name, started_at FROM video_steps WHERE status = 'completed'"
    after = {row[0]: row[1] for row in ask(leadreel, query)}
    assert len(after) == 7
    assert all(after[name] == started for name, started in before)
    assert ask(leadreel, "SELECT count(*) FROM video_scripts") == [(1,)]
    assert ask(leadreel, "SELECT count(*) FROM voiceovers") == [(1,)]


def test_two_newcomers_at_once_make_videos_of_the_demo_site(tmp_path: Path) -> None:
    homes = [newcomer(tmp_path / name / "home") for name in ("one", "two")]
    arguments = ("--company", "Acme", "--duration", "5")
    makes = [
        home.start("make", *arguments, "--name", name)
        for home, name in zip(homes, ("Ana", "Ben"), strict=True)
    ]
    with Family(makes[0].pid) as first, Family(makes[1].pid) as second:
        for make in makes:
            output, errors = make.communicate(timeout=240)
            assert make.returncode == 0, errors
        assert first.left() == []
        assert second.left() == []
    for home, name in zip(homes, ("Ana", "Ben"), strict=True):
        assert ask(home, "SELECT name FROM leads") == [(name,)]


def worker_of(function: str, family: Family) -> psutil.Process:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for process in list(family.known.values()):
            with suppress(psutil.Error):
                if process.cmdline()[-1:] == [f"functions.{function}.handler.handler"] and running(process):
                    return process
        time.sleep(0.05)
    raise AssertionError(f"there was no worker of {function}")


def test_a_killed_worker_fails_the_step_and_not_the_runtime(tmp_path: Path, site: Site) -> None:
    leadreel = new_home(tmp_path / "home", site)
    arguments = ("--url", site.url, "--name", "Ana", "--company", "Acme", "--duration", "5")
    make = leadreel.start("make", *arguments, "--json")
    with Family(make.pid) as family:
        read_until(make, "record: running")
        time.sleep(1.0)
        worker_of("record", family).kill()
        output, errors = make.communicate(timeout=120)
        assert family.left() == []
    assert make.returncode == 1
    assert "leadreel: record: its worker died" in errors.splitlines()[-1]
    assert json.loads(output.splitlines()[-1])["status"] == "failed"
    assert leadreel.make(*arguments).code == 0


def test_a_full_disk_fails_the_step_and_not_the_runtime(tmp_path: Path, site: Site) -> None:
    """The home is a small disk of its own, in a mount namespace that only `leadreel` sees."""
    home = tmp_path / "home"
    home.mkdir()
    leadreel = new_home(home, site)
    mount = f'mount -t tmpfs -o size=900m,mode=700 none {home} && exec "$@"'
    asked = ["make", "--url", site.url, "--name", "Ana", "--company", "Acme", "--duration", "5", "--json"]
    twice = f"{shlex.join([*LEADREEL, *asked])}; rm {home}/filler; {shlex.join([*LEADREEL, *asked])}"
    own_namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    process = subprocess.Popen(
        [*own_namespace, "sh", "-c", mount, "sh", "sh", "-c", twice],
        cwd=ROOT, env=leadreel.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    said = read_until(process, "record: running")
    fill(Path(f"/proc/{process.pid}/root{home}"))
    output, errors = process.communicate(timeout=240)
    first, second = (json.loads(line) for line in output.splitlines())
    assert (first["status"], first["failed_step"]) == ("failed", "record"), said + errors
    assert "disk" in first["reason"] and "full" in first["reason"]
    assert second["status"] == "completed", errors


def fill(home: Path) -> None:
    """Leave less than what storage keeps in reserve, and enough for the database."""
    usage = shutil.disk_usage(home)
    with (home / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, usage.free - 100_000_000)


def test_with_keys_the_vendors_are_paid_once_and_the_costs_are_kept(
    tmp_path: Path, site: Site, vendors: VendorServer
) -> None:
    leadreel = new_home(tmp_path / "home", site)
    keys = {
        "OPENROUTER_API_KEY": "openrouter-canary",
        "OPENROUTER_BASE_URL": vendors.openrouter_url,
        "ELEVENLABS_API_KEY": "elevenlabs-canary",
        "ELEVENLABS_BASE_URL": vendors.elevenlabs_url,
    }
    arguments = ("--url", site.url, "--name", "Ana Silva", "--company", "Acme", "--duration", "15")
    made = leadreel.make(*arguments, **keys)
    assert made.code == 0, made.errors
    bought = (vendors.openrouter.charges, vendors.elevenlabs.charges)
    assert bought[0] == 1 and bought[1] >= 2
    again = leadreel.make(*arguments, **keys)
    assert again.code == 0, again.errors
    assert (vendors.openrouter.charges, vendors.elevenlabs.charges) == bought
    assert again.answer["cost_usd"] < made.answer["cost_usd"]
    paid = ask(leadreel, "SELECT vendor, status, count(*) FROM paid_calls GROUP BY 1, 2 ORDER BY 1")
    assert paid == [("elevenlabs", "done", bought[1]), ("openrouter", "done", 1)]
    usage = ask(leadreel, "SELECT sum(calls), sum(cache_hits) > 0, sum(saved_usd) > 0 FROM voiceover_usage")
    assert usage == [(bought[1], True, True)]
    for path in (leadreel.home / "logs").rglob("*.log"):
        assert "canary" not in path.read_text(errors="replace"), path
