"""`leadreel record`, as people and scripts call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from tests.support.filmed_pages import STRIP_SCRIPT, Site, read_strip

PAGE = f"""<!doctype html><meta charset=utf-8><title>x</title><body style="height:3000px">{STRIP_SCRIPT}
<h1>A page</h1><script>let n = 0; const every = () => {{ draw(0, n++); requestAnimationFrame(every) }};
requestAnimationFrame(every)</script>"""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def record(site: Site, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a home and a folder of its own, where nothing else of the product is."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LEADREEL_HOME": str(folder / "home"),
        "RECORDING_ALLOW_HOSTS": site.pair,
    }
    return subprocess.run(
        [sys.executable, "-m", "local.cli", "record", *arguments],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_page_left_to_itself_becomes_a_file(site: Site, tmp_path: Path) -> None:
    site.serve(PAGE)
    out = tmp_path / "film.mp4"
    done = record(
        site, tmp_path, site.url(), "--duration", "1.5", "--still", "--fps", "24", "--size", "640x360",
        "-o", str(out), "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["file_path"] == str(out)
    assert (said["frame_count"], said["frame_rate"], said["duration_seconds"]) == (36, 24, 1.5)
    assert (said["resolution"], said["verdict"]) == ("640x360", "ok")
    assert said["file_size_bytes"] == out.stat().st_size
    assert said["wall_seconds"] > 0
    with av.open(str(out)) as film:
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert [read_strip(picture) for picture in pictures] == list(range(36))
    assert not (tmp_path / "home").exists()  # nothing of the rest was started


def test_a_tour_from_a_file_is_performed(site: Site, tmp_path: Path) -> None:
    site.serve(PAGE)
    tour = tmp_path / "tour.json"
    tour.write_text(json.dumps({"steps": [{"kind": "scroll", "by": 400, "seconds": 0.5}]}))
    out = tmp_path / "film.mp4"
    done = record(
        site,
        tmp_path,
        site.url(),
        "--duration",
        "1",
        "--tour",
        str(tour),
        "--size",
        "640x360",
        "-o",
        str(out),
    )
    assert done.returncode == 0, done.stderr
    assert str(out) in done.stdout
    assert "30 frames" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--fps", "31"), "frame_rate: input should be 24, 25, 30, 50 or 60, not 31"),
        (("--size", "12x9"), "resolution: "),
        (("--scale", "3"), "device_scale: input should be less than or equal to 2"),
        (("--tour", "none.json"), "the tour none.json can't be read"),
        (("--tour", "none.json", "--still"), "not allowed with argument"),
        (("--duration", "0"), "a recording lasts up to 600 s"),
        (("--timezone", "Mars/Base"), "Mars/Base"),
        (("--locale", "no locale"), "locale"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: tuple[str, ...], reason: str, site: Site, tmp_path: Path
) -> None:
    site.serve(PAGE)
    done = record(site, tmp_path, site.url(), "--duration", "1", "-o", "film.mp4", *arguments)
    assert done.returncode == 1
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.glob("*.mp4")] == []


def test_a_page_that_cannot_be_filmed_is_named(site: Site, tmp_path: Path) -> None:
    done = record(site, tmp_path, site.url("/gone"), "--duration", "1", "-o", "film.mp4")
    assert done.returncode == 1
    assert done.stderr == f"leadreel: the page can't be recorded: {site.url('/gone')} answers 404 Not Found\n"
    assert done.stdout == ""
