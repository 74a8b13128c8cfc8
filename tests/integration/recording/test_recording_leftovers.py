"""No process and no profile is left: after success, after an error, after kill -9 of whoever films."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest

from shared.recording import PageFault, SceneJob, Tour, Viewport, film_scene
from shared.recording.browser.cdp import BrowserGone
from shared.recording.browser.chromium import find_chromium, launched
from tests.support.filmed_pages import Site, wait_until

SMALL = Viewport(width=320, height=240)
PROJECT = Path(__file__).parents[3]

FILMING = """
import asyncio, sys
from pathlib import Path
from shared.recording import SceneJob, Tour, Viewport, film_scene
url, pair, folder = sys.argv[1:]
job = SceneJob(source=Tour(url=url, steps=()), viewport=Viewport(width=320, height=240),
               first_frame=0, frame_count=100_000)
started = lambda progress: print(progress.frames_done, flush=True)
asyncio.run(film_scene(job, Path(folder), allow_hosts=(pair,), on_progress=started))
"""


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which this test's browsers have their profiles; it names them in every command line."""
    folder = tmp_path / "profiles"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def browsers(profiles: Path) -> list[int]:
    """Guards and browsers whose profile is in this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(str(profiles) in part for part in process.cmdline()):
                found.append(process.pid)
        except psutil.Error:
            continue
    return [pid for pid in found if pid != os.getpid()]


def nothing_left(profiles: Path) -> bool:
    return not browsers(profiles) and not list(profiles.glob("leadreel-browser-*"))


def scene(url: str, count: int = 5) -> SceneJob:
    return SceneJob(source=Tour(url=url, steps=()), viewport=SMALL, first_frame=0, frame_count=count)


async def test_after_success(site: Site, profiles: Path, tmp_path: Path) -> None:
    seen: list[int] = []
    await film_scene(
        scene(site.serve("<h1>x</h1>")),
        tmp_path,
        allow_hosts=(site.pair,),
        on_progress=lambda _: seen.append(len(browsers(profiles))),
    )
    assert seen[0] >= 2  # the guard and the browser
    assert nothing_left(profiles)


async def test_after_an_error(site: Site, profiles: Path, tmp_path: Path) -> None:
    with pytest.raises(PageFault):
        await film_scene(scene(site.serve("no", status=500)), tmp_path, allow_hosts=(site.pair,))
    assert nothing_left(profiles)


async def test_after_being_cancelled(site: Site, profiles: Path, tmp_path: Path) -> None:
    url = site.serve("<h1>x</h1>")
    moving = asyncio.Event()
    filming = asyncio.create_task(
        film_scene(
            scene(url, 100_000), tmp_path, allow_hosts=(site.pair,), on_progress=lambda _: moving.set()
        )
    )
    await asyncio.wait_for(moving.wait(), 30)
    filming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await filming
    assert nothing_left(profiles)


async def test_after_the_browser_was_killed(site: Site, profiles: Path, tmp_path: Path) -> None:
    url = site.serve("<h1>x</h1>")
    victims: list[int] = []

    def kill(_: object) -> None:
        if not victims:
            victims.extend(
                p for p in browsers(profiles) if "guard.py" not in " ".join(psutil.Process(p).cmdline())
            )
            for victim in victims:
                os.kill(victim, signal.SIGKILL)

    with pytest.raises(BrowserGone):
        await film_scene(scene(url, 10_000), tmp_path, allow_hosts=(site.pair,), on_progress=kill)
    assert victims
    assert nothing_left(profiles)


async def test_the_deadline_ends_a_browser(profiles: Path) -> None:
    with pytest.raises(BrowserGone, match="had not finished after 1 s"):
        async with launched(find_chromium(), 9, SMALL, deadline_seconds=1) as browser:
            await asyncio.sleep(3)
            await browser.connection.call("Browser.getVersion")
    assert nothing_left(profiles)


@pytest.mark.parametrize("victim", ["recorder", "guard"])
def test_after_kill_9(victim: str, site: Site, profiles: Path, tmp_path: Path) -> None:
    url = site.serve("<h1>x</h1>")
    environment = {**os.environ, "TMPDIR": str(profiles), "PYTHONPATH": str(PROJECT)}
    filming = subprocess.Popen(
        [sys.executable, "-c", FILMING, url, site.pair, str(tmp_path)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    killer = threading.Timer(60, filming.kill)
    killer.start()
    try:
        assert filming.stdout is not None
        assert filming.stdout.readline().strip() == b"1"
        family = psutil.Process(filming.pid).children(recursive=True)
        assert len(browsers(profiles)) >= 2  # the guard and the browser
        guards = [one.pid for one in family if "guard.py" in " ".join(one.cmdline())]
        os.kill(filming.pid if victim == "recorder" else guards[0], signal.SIGKILL)
        filming.wait(30)
    finally:
        killer.cancel()
        filming.kill()
        filming.wait()
        filming.stdout.close()
    assert wait_until(lambda: nothing_left(profiles))
    assert wait_until(lambda: not any(one.is_running() for one in family))
