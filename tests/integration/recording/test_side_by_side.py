"""A recording that several browsers share is that of one, frame by frame."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from shared.errors import Retryable
from shared.recording import Click, Hold, PageFault, Progress, RecordingConfig, ScreenRecorder, Scroll
from shared.settings import Settings
from tests.support.filmed_pages import STRIP_SCRIPT, Pixels, Site, read_strip

PAGE = f"""<!doctype html><meta charset=utf-8><body style="height:2500px;margin:0">{STRIP_SCRIPT}
<style>@keyframes turn{{to{{rotate:1turn}}}} i{{position:fixed;left:300px;top:200px;width:60px;height:60px;
background:teal;animation:turn 1.3s linear 3}}</style><i></i><button style="margin:150px">0</button>
<script src=/slow.js></script><script>
let n = 0;
const every = () => {{ draw(0, n++); draw(1, scrollY); draw(2, Math.round(performance.now())); }};
setInterval(every, 100); draw(3, Math.floor(Math.random() * 60000));
document.querySelector('button').onclick = (e) => {{ e.target.textContent++; draw(4, 7); }};
</script>"""
STEPS = (
    Hold(seconds=1.2),
    Scroll(by=100, seconds=0.9),
    Click(selector="button", seconds=1.2),
    Scroll(to=0.6, seconds=0.8),
    Hold(seconds=1.9),
)


@pytest.fixture
def slow_site(site: Site) -> Site:
    site.serve(PAGE)
    site.serve("", "/slow.js", headers={"Content-Type": "text/javascript"}, delay=0.15)
    return site


def recorder(site: Site, folder: Path) -> ScreenRecorder:
    settings = Settings(leadreel_home=folder / "home", recording_allow_hosts=(site.pair,))
    return ScreenRecorder(RecordingConfig(resolution="640x360", quality="ultra"), settings)


def pictures(path: Path) -> list[Pixels]:
    with av.open(str(path)) as film:
        frames = list(film.decode(video=0))
    assert [round((frame.time or 0) * 30) for frame in frames] == list(range(len(frames)))
    return [frame.to_ndarray(format="rgb24") for frame in frames]


@pytest.mark.parametrize("still", [False, True])
async def test_three_browsers_make_the_film_that_one_makes(
    still: bool, slow_site: Site, tmp_path: Path
) -> None:
    films, told = {}, []
    for browsers in (1, 3):
        result = await recorder(slow_site, tmp_path).start_recording(
            url=slow_site.url(),
            output_path=tmp_path / f"{browsers}.mp4",
            duration_seconds=6,
            tour=None if still else STEPS,
            still=still,
            browsers=browsers,
            on_progress=lambda progress: told.append(progress.frames_done),
        )
        films[browsers] = (result, pictures(result.file_path))
    (one, frames), (three, shared) = films[1], films[3]
    assert one.frame_count == three.frame_count == len(frames) == len(shared) == 180
    assert one.unique_frames == three.unique_frames > 90
    assert told == [*range(1, 181)] * 2
    strips = [[read_strip(picture, row) for row in range(5)] for picture in frames]
    assert [[read_strip(picture, row) for row in range(5)] for picture in shared] == strips
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(frames, shared, strict=True)) < 1
    assert one.quality.verdict == three.quality.verdict == "ok"


def browsers_of_ours() -> list[psutil.Process]:
    family = psutil.Process(os.getpid()).children(recursive=True)
    return [one for one in family if "headless" in one.name() and "--type=" not in " ".join(one.cmdline())]


async def test_a_browser_that_dies_ends_the_recording_and_leaves_nothing(
    slow_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    killed = asyncio.Event()

    def kill_one(progress: Progress) -> None:
        if progress.frames_done == 10:
            os.kill(browsers_of_ours()[-1].pid, signal.SIGKILL)
            killed.set()

    with pytest.raises(Retryable, match="browser"):
        await recorder(slow_site, tmp_path).start_recording(
            url=slow_site.url(),
            output_path=tmp_path / "film.mp4",
            duration_seconds=20,
            tour=STEPS,
            browsers=2,
            on_progress=kill_one,
        )
    assert killed.is_set()
    assert browsers_of_ours() == []
    assert list(scratch.iterdir()) == []
    assert list(tmp_path.glob("*.mp4*")) == []


async def test_a_page_that_cannot_be_filmed_ends_all_browsers(site: Site, tmp_path: Path) -> None:
    with pytest.raises(PageFault, match="404"):
        await recorder(site, tmp_path).start_recording(
            url=site.url("/gone"), output_path=tmp_path / "film.mp4", duration_seconds=6, browsers=2
        )
    assert browsers_of_ours() == []
