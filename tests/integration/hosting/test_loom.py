"""Videos at Loom: what its oEmbed says is asked for, judged, and shown in a frame."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Route, async_playwright

from shared.hosting import HostingRefused, LoomUnreachable, NoLoom, VideoHostManager, find_loom
from shared.recording import find_chromium
from shared.settings import Settings
from shared.storage import FileStorage
from tests.support.share_site import served
from tests.support.vendors import Failure, VendorServer

ID = "0281766fa2d04bb788eaf19e65135184"
URL = f"https://www.loom.com/share/{ID}"
CDN = "https://cdn.loom.com/sessions/thumbnails"


@pytest.fixture
def vendors() -> Iterator[VendorServer]:
    with VendorServer() as serving:
        serving.loom.videos[ID] = {}
        yield serving


@pytest.fixture
def settings(vendors: VendorServer, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, leadreel_home=tmp_path, loom_base_url=vendors.loom_url)


@pytest.mark.parametrize("url", [URL, URL + "/", URL + "?sid=5d1c&t=3", URL + "#x", URL.replace("www.", "")])
def test_a_share_url_is_resolved(vendors: VendorServer, settings: Settings, url: str) -> None:
    found = find_loom(url, settings)
    assert (found.video_id, found.width, found.height, found.duration_seconds) == (ID, 1920, 1440, 61.7)
    assert found.thumbnail_url == f"{CDN}/{ID}-4f2a.gif"
    assert vendors.loom.requests == [{"url": URL}]


@pytest.mark.parametrize(
    "url",
    [
        f"http://www.loom.com/share/{ID}", f"https://loom.com.evil.example/share/{ID}",
        f"https://www.loom.com@evil.example/share/{ID}", f"https://evil.example/share/{ID}",
        f"https://www.loom.com/embed/{ID}", f"https://www.loom.com/share/{ID[:-1]}",
        f"https://www.loom.com/share/../{ID}", f"https://www.loom.com:444/share/{ID}", f"{URL}\n",
        f"{URL}x", f"https://www.loom.com/share/{ID.upper()}", "",
    ],
)  # fmt: skip
def test_loom_is_not_asked_about_what_is_not_its_own(
    vendors: VendorServer, settings: Settings, url: str
) -> None:
    with pytest.raises(NoLoom, match="no share URL"):
        find_loom(url, settings)
    assert vendors.loom.requests == []


@pytest.mark.parametrize(
    "picture",
    [
        "http://cdn.loom.com/a.gif", "https://evil.example/a.gif", "https://cdn.loom.com.evil.example/a.gif",
        "https://cdn.loom.com@evil.example/a.gif", "//cdn.loom.com/a.gif", "javascript:alert(1)",
        'https://cdn.loom.com/a.gif"><script>', "https://cdn.loom.com/a.gif\n", None, 7, ["x"],
    ],
)  # fmt: skip
def test_only_a_picture_of_its_cdn_is_taken(vendors: VendorServer, settings: Settings, picture: Any) -> None:
    vendors.loom.videos[ID] = {"thumbnail_url": picture}
    assert find_loom(URL, settings).thumbnail_url is None


@pytest.mark.parametrize("wrong", [None, "1920", 0, -1, True, 1e300, [1]])
def test_numbers_that_can_not_be_are_not_taken(vendors: VendorServer, settings: Settings, wrong: Any) -> None:
    vendors.loom.videos[ID] = {"width": wrong, "duration": wrong}
    found = find_loom(URL, settings)
    assert (found.width, found.height, found.duration_seconds) == (1920, 1080, None)


def test_what_loom_does_not_show_is_refused(vendors: VendorServer, settings: Settings) -> None:
    other = URL[:-1] + "f"
    with pytest.raises(NoLoom, match=other):
        find_loom(other, settings)
    vendors.loom.failures.append(Failure(401, {"message": "private"}))
    with pytest.raises(NoLoom, match="401"):
        find_loom(URL, settings)
    vendors.loom.videos[ID] = {"type": "photo"}
    with pytest.raises(NoLoom, match="no video"):
        find_loom(URL, settings)


@pytest.mark.parametrize(
    "failure",
    [
        Failure(500), Failure(429), Failure(301, headers={"Location": "http://127.0.0.1:1/"}),
        Failure(200, [1]), Failure(200, b"<html>"), Failure(200, b"[" * 90_000), Failure(200, b" " * 200_000),
        Failure(way="truncated"), Failure(way="lost"),
    ],
)  # fmt: skip
def test_it_may_be_tried_again_when_loom_is_not_well(
    vendors: VendorServer, settings: Settings, failure: Failure
) -> None:
    vendors.loom.failures.append(failure)
    with pytest.raises(LoomUnreachable):
        find_loom(URL, settings)
    assert find_loom(URL, settings).video_id == ID


def test_nobody_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(LoomUnreachable, match="can't be reached"):
        find_loom(URL, Settings(_env_file=None, leadreel_home=tmp_path, loom_base_url=nowhere))


async def test_it_is_hosted_in_python_too(settings: Settings, tmp_path: Path) -> None:
    manager = VideoHostManager(settings, FileStorage(tmp_path))
    hosted = await manager.host_video(
        provider="loom", metadata={"loom_url": URL, "title": "For Ana", "slug": "s1"}
    )
    assert hosted.share_url.endswith("/v/s1") and hosted.embed_url.endswith("/embed/s1")
    assert hosted.thumbnail_url == f"{CDN}/{ID}-4f2a.gif"
    shown = manager.storage.get("public/v/s1/index.html").decode()
    assert f"https://www.loom.com/embed/{ID}" in shown and "alert(1)" not in shown
    assert [*manager.storage.keys("public/media/")] == []
    with pytest.raises(HostingRefused, match="upload"):
        await manager.host_video("video.mp4", "loom", {"loom_url": URL})
    manager.withdraw("s1")
    assert [*manager.storage.keys("public/")] == []


PLAYER = """<!doctype html><body style="margin:0;background:#5b4ee0;color:#fff;font:700 40px sans-serif;
display:grid;place-items:center;height:100vh">Loom's player"""


@pytest.mark.parametrize(("kind", "width", "sides"), [
    ("v", 1280, (1920, 1440)), ("v", 390, (1920, 1080)), ("v", 1280, (1080, 1920)),
    ("embed", 640, (1920, 1080)),
])  # fmt: skip
async def test_its_player_fills_the_page_in_a_browser(
    vendors: VendorServer, tmp_path: Path, kind: str, width: int, sides: tuple[int, int]
) -> None:
    vendors.loom.videos[ID] = {"width": sides[0], "height": sides[1]}
    async with served(tmp_path / "public") as url, async_playwright() as playwright:
        settings = Settings(_env_file=None, loom_base_url=vendors.loom_url, public_base_url=url)
        metadata = {"loom_url": URL, "slug": "s1", "title": "A quick look for Acme", "company": "Acme",
                    "lead_name": "Ana Silva", "description": "A minute about your shelves."}  # fmt: skip
        hosted = await VideoHostManager(settings, FileStorage(tmp_path)).host_video(
            provider="loom", metadata=metadata
        )
        browser = await playwright.chromium.launch(
            executable_path=str(find_chromium()), args=["--no-sandbox"]
        )
        page = await browser.new_page(viewport={"width": width, "height": 800})
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        asked: list[str] = []

        async def stand_in(route: Route) -> None:
            asked.append(route.request.url)
            await route.fulfill(body=PLAYER, content_type="text/html")

        await page.route(lambda address: not address.startswith(url), stand_in)
        await page.goto(hosted.share_url if kind == "v" else hosted.embed_url)
        await page.frame_locator("iframe").get_by_text("Loom's player").wait_for()
        box = await page.locator("iframe").bounding_box()
        picture = tmp_path / "page.png"
        await page.screenshot(path=picture)
        await browser.close()
    assert asked == [f"https://www.loom.com/embed/{ID}"] and complaints == []
    assert box is not None and picture.stat().st_size > 5_000
    if kind == "embed":
        assert (box["width"], box["height"]) == (width, 800)
    elif box["height"] < 0.82 * 800:
        assert box["width"] / box["height"] == pytest.approx(sides[0] / sides[1], rel=0.01)
    else:  # as much of it as can be seen at once
        assert box["height"] == pytest.approx(0.82 * 800) and sides != (1920, 1080)
