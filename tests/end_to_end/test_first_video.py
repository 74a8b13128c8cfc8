"""From a lead and a page to a video that plays, with nothing but the command."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.async_api import async_playwright

from shared.composition import Timeline
from shared.recording import find_chromium
from tests.end_to_end.conftest import Leadreel, Made, Site, new_home

NAME = 'Zoë "Z" O\'Brien 李小龍 🚀: 100% \\'
COMPANY = "Größe & <Söhne>"


@pytest.fixture(scope="module")
def leadreel(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Leadreel:
    return new_home(tmp_path_factory.mktemp("first") / "home", site)


@pytest.fixture(scope="module")
def made(leadreel: Leadreel, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Made:
    out = tmp_path_factory.mktemp("out")
    return leadreel.make(
        "--url", site.url, "--name", NAME, "--company", COMPANY, "--duration", "30", "--out", str(out),
        "--message", "Setting it up takes a day",
    )  # fmt: skip


def test_it_says_what_it_made(made: Made) -> None:
    assert made.code == 0, made.errors
    answer = made.answer
    assert answer["status"] == "completed"
    assert answer["resolution"] == "1920x1080"
    assert 30 <= answer["duration_seconds"] <= 33
    assert [step["name"] for step in answer["steps"]] == [
        "check_page", "script", "voice", "plan", "record", "compose", "host",
    ]  # fmt: skip
    for step in answer["steps"]:
        assert step["status"] == "completed"
        assert step["seconds"] > 0
        assert step["cost_usd"] > 0, step
    assert answer["cost_usd"] == pytest.approx(sum(step["cost_usd"] for step in answer["steps"]))
    for part in ("video_file", "thumbnail_file", "captions_file"):
        assert Path(answer[part]).stat().st_size > 0


def test_progress_goes_to_standard_error(made: Made) -> None:
    assert "record: running" in made.errors
    assert re.search(r"\d+ of \d+ frames", made.errors)
    assert "s left" in made.errors


def test_the_file_is_what_every_player_takes(made: Made) -> None:
    path = Path(made.answer["video_file"])
    head = path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")
    with av.open(str(path)) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height, video.average_rate) == (1920, 1080, 30)
        assert audio.codec_context.name == "aac"
        times = sorted(
            packet.pts * packet.time_base for packet in file.demux(video) if packet.pts is not None
        )
    assert len(times) == round(made.answer["duration_seconds"] * 30)
    assert {b - a for a, b in pairwise(times)} == {Fraction(1, 30)}


def test_sound_and_picture_end_together(made: Made) -> None:
    with av.open(made.answer["video_file"]) as file:
        picture = sum(1 for _ in file.decode(video=0)) / 30
    with av.open(made.answer["video_file"]) as file:
        sound = sum(frame.samples for frame in file.decode(audio=0)) / 48000
    assert sound == pytest.approx(picture, abs=1 / 30 + 1024 / 48000)


def counters(path: str) -> Iterator[int | None]:
    """The number that the page shows in each frame; None on a card."""
    with av.open(path) as file:
        for frame in file.decode(video=0):
            row = frame.to_ndarray(format="gray")[30, 30:960:60].astype(int)
            bits = np.where(row < 60, 0, np.where(row > 195, 1, -1))
            yield None if -1 in bits else int(sum(int(bit) << n for n, bit in enumerate(bits)))


def test_every_frame_of_the_page_follows_the_one_before(made: Made, leadreel: Leadreel) -> None:
    stored = leadreel.home / "storage/videos/1/1/timeline.json"
    timeline = Timeline.model_validate_json(stored.read_bytes())
    tour = [scene for scene in timeline.scenes if scene.scene_type not in {"intro", "cta"}]
    first = timeline.scenes[0].frame_count
    frames = sum(scene.frame_count for scene in tour)
    assert len(tour) > 1 and frames > 90
    seen = list(counters(made.answer["video_file"]))
    assert len(seen) == timeline.frame_count
    page = seen[first : first + frames]
    assert page[0] is not None
    assert page == list(range(page[0], page[0] + frames))


def test_there_is_speech_where_the_captions_say_so(made: Made) -> None:
    cues = re.findall(
        r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})",
        Path(made.answer["captions_file"]).read_text(),
    )
    assert len(cues) > 2
    with av.open(made.answer["video_file"]) as file:
        sound = np.concatenate([frame.to_ndarray().mean(axis=0) for frame in file.decode(audio=0)])
    loud = sound**2
    spoken = np.zeros(len(loud), bool)
    for cue in cues:
        begin, end = (int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in (cue[:3], cue[3:]))
        assert end <= made.answer["duration_seconds"]
        stretch = slice(int(begin * 48000), int(end * 48000))
        spoken[stretch] = True
        assert 10 * np.log10(loud[stretch].mean() + 1e-12) > -30
    assert loud[spoken].sum() > 0.95 * loud.sum()


def test_the_captions_have_the_name_as_it_is_written(made: Made) -> None:
    text = Path(made.answer["captions_file"]).read_text()
    assert text.startswith("WEBVTT")
    words = " ".join(line for line in text.splitlines() if "-->" not in line)
    assert "Zoë" in words


async def test_the_share_page_plays_it(made: Made, leadreel: Leadreel) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    up = leadreel.start("up", "--port", str(port))
    try:
        said = [up.stdout.readline() for _ in range(2)]  # type: ignore[union-attr]
        slug = made.answer["share_url"].rpartition("/")[2]
        assert any(f"http://127.0.0.1:{port}/v/{slug}" in line for line in said), said
        seen = await play(f"http://127.0.0.1:{port}/v/{slug}")
    finally:
        up.terminate()
        output, errors = up.communicate(timeout=60)
    assert up.returncode == 0, errors
    assert NAME in seen["text"]
    assert seen["failed"] == []
    assert seen["position"] > 1.0
    assert seen["size"] == [1920, 1080]
    assert seen["tracks"] == 1
    assert seen["image"].startswith("http") and seen["image"].endswith(".jpg")


async def play(url: str) -> dict[str, Any]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(find_chromium()),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        page = await browser.new_page()
        failed: list[str] = []
        page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
        page.on("pageerror", lambda error: failed.append(str(error)))
        await page.goto(url)
        await page.evaluate("() => document.querySelector('video').play()")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            position = await page.evaluate("() => document.querySelector('video').currentTime")
            if position > 1.0:
                break
            await page.wait_for_timeout(100)
        seen: dict[str, Any] = await page.evaluate(
            """() => {
                const video = document.querySelector('video');
                return {
                    text: document.body.innerText,
                    position: video.currentTime,
                    size: [video.videoWidth, video.videoHeight],
                    tracks: video.textTracks.length,
                    image: document.querySelector('meta[property="og:image"]').content,
                };
            }"""
        )
        await browser.close()
    return seen | {"failed": failed}
