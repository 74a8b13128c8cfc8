"""The share page plays HLS in a real browser, from the edge that serves it, without a single complaint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page

from shared.hosting import SharePage
from shared.recording import find_chromium
from shared.storage import FileStorage
from tests.support.hls_ladder import SIZES, make_ladder
from tests.support.hls_player import begin, play, to_the_end, told, watching
from tests.support.share_site import publish, served

EXACT = 0.010  # seconds
PLAYLIST, CLIPS, PLAYER = "**/*.m3u8", "**/clips/**/*.mp4", "**/assets/hls-*.js"
PROBLEM = "#problem"


@dataclass(frozen=True)
class Ladder:
    folder: Path
    seconds: float

    @property
    def sound_bytes(self) -> int:
        return (self.folder / "audio.mp4").stat().st_size


@pytest.fixture(scope="module")
def ladder(tmp_path_factory: pytest.TempPathFactory) -> Ladder:
    folder = tmp_path_factory.mktemp("ladder")
    return Ladder(folder, make_ladder(folder))


@dataclass(frozen=True)
class Site:
    url: str
    storage: FileStorage
    ladder: Ladder

    def publish(self, **changes: object) -> SharePage:
        return publish(self.storage, self.url, self.ladder.folder, self.ladder.seconds, **changes)

    def publish_with_mp4(self) -> SharePage:
        self.storage.put("public/media/whole.mp4", self.ladder.folder / "180p-0.mp4")
        return self.publish(video_path="/media/whole.mp4")


@pytest.fixture
async def site(tmp_path: Path, ladder: Ladder) -> AsyncIterator[Site]:
    storage = FileStorage(tmp_path)
    async with served(tmp_path / "public") as url:
        yield Site(url, storage, ladder)


async def _wait(page: Page, condition: str, *arguments: object) -> None:
    await page.wait_for_function(f"([...given]) => {condition}", arg=list(arguments))


@pytest.mark.parametrize("kind", ["v", "embed"])
async def test_a_video_plays_through_hls_js_from_its_start_to_its_end(site: Site, kind: str) -> None:
    page = site.publish()
    seen = await play(page.share_url if kind == "v" else page.embed_url, chromium=find_chromium())

    assert seen.errors == ()
    assert seen.ended
    assert seen.through_hls_js
    assert seen.duration == pytest.approx(site.ladder.seconds, abs=EXACT)
    assert _whole(seen.buffered, site.ladder.seconds)
    assert _whole(seen.played, site.ladder.seconds)
    assert seen.frames == round(site.ladder.seconds * 30)
    assert seen.starved == 0
    assert seen.sound_bytes > 0.8 * site.ladder.sound_bytes
    assert set(seen.levels) == set(SIZES)


def _whole(ranges: tuple[tuple[float, float], ...], seconds: float) -> bool:
    return len(ranges) == 1 and list(ranges[0]) == pytest.approx([0, seconds], abs=EXACT)


async def test_a_viewer_chooses_the_quality_by_keyboard_and_seeks(site: Site) -> None:
    async with watching(site.publish().share_url, chromium=find_chromium()) as page:
        await begin(page, rate=1)
        await page.focus("#quality-now")
        await page.keyboard.press("Enter")
        labels = await page.locator("#qualities label").all_inner_texts()
        assert [label.split()[0] for label in labels] == ["Auto", "180p", "90p"]
        for rung, height in (("90p", 90), ("180p", 180)):
            await page.get_by_role("radio", name=rung).press(" ")
            await _wait(page, "document.getElementById('video').videoHeight === given[0]", height)
            assert await page.inner_text("#quality-name") == rung
        await page.keyboard.press("Escape")
        assert await page.locator("#qualities").is_hidden()
        assert await page.evaluate("document.activeElement.id") == "quality-now"
        await page.evaluate("t => { document.getElementById('video').currentTime = t }", 6.0)
        await to_the_end(page)
        seen = await told(page)
    assert (seen.errors, seen.ended) == ((), True)
    assert seen.played[-1][1] == pytest.approx(site.ladder.seconds, abs=EXACT)
    assert {0, 1} <= set(seen.switched)


async def test_captions_and_chapters_are_there_to_read_and_to_jump_by(site: Site) -> None:
    async with watching(site.publish().share_url, chromium=find_chromium()) as page:
        await page.wait_for_selector("#marks button")
        assert await page.locator("#marks bdi").all_inner_texts() == ["Welcome", "The shelves", "Next step"]
        await page.click("#transcript summary")
        assert await page.locator("#lines bdi").first.inner_text() == "Hello Ana, this is your shop."
        assert await page.locator("#lines bdi").first.get_attribute("lang") == "es"
        await page.locator("#marks button", has_text="The shelves").press("Enter")
        await _wait(page, "document.getElementById('video').currentTime > 2.2")
        shown = "[...document.getElementById('captions').track.activeCues].map((cue) => cue.text)"
        # cues follow the time a little later
        await _wait(page, f"JSON.stringify({shown}) === '[\"Every shelf has a place for it.\"]'")
        current = page.locator("#marks button[aria-current]")
        assert await current.locator("bdi").all_inner_texts() == ["The shelves"]
        assert (await told(page)).errors == ()


async def test_a_viewer_who_comes_back_goes_on_where_they_left(site: Site) -> None:
    async with watching(site.publish().share_url, chromium=find_chromium()) as page:
        await begin(page, rate=0.1)  # a busy machine must not carry it past what is worth going back to
        await page.evaluate("video.currentTime = 3.5")
        await _wait(page, "video.currentTime > 3.5 && !video.seeking")
        left = await page.evaluate("(video => { video.pause(); return video.currentTime })(video)")
        await page.wait_for_timeout(50)
        await page.reload()
        await _wait(page, "document.getElementById('video').readyState >= 2")
        assert await page.evaluate("video.currentTime") == pytest.approx(left, abs=0.05)


@pytest.mark.parametrize("broken", [PLAYLIST, CLIPS, PLAYER])
async def test_where_hls_fails_the_mp4_plays(site: Site, broken: str) -> None:
    async with watching(site.publish_with_mp4().share_url, chromium=find_chromium()) as page:
        await page.route(broken, lambda route: route.abort())
        await page.reload()
        await begin(page)
        await to_the_end(page)
        assert await page.evaluate("video.currentSrc.endsWith('/media/whole.mp4') && video.ended")
        assert await page.locator(PROBLEM).is_hidden()


async def test_a_video_that_is_an_mp4_alone_plays_as_one(site: Site) -> None:
    whole = site.publish_with_mp4().video_path
    page = site.publish(video_path=whole, hls_path=None, player_path=None)
    seen = await play(page.share_url, chromium=find_chromium())
    assert (seen.errors, seen.ended, seen.through_hls_js) == ((), True, False)


async def test_where_nothing_plays_the_page_says_so_and_tries_again(site: Site) -> None:
    async with watching(site.publish().share_url, chromium=find_chromium()) as page:
        await page.route(PLAYLIST, lambda route: route.abort())
        await page.reload()
        await page.wait_for_selector(PROBLEM)
        assert await page.inner_text("#problem-text") == "The video can’t be played just now."
        await page.unroute(PLAYLIST)
        await page.click("#again")
        await _wait(page, "video.currentTime > 0.5")
        assert await page.locator(PROBLEM).is_hidden()


async def test_a_decoder_that_stumbles_is_given_a_fresh_start(site: Site) -> None:
    async with watching(site.publish_with_mp4().share_url, chromium=find_chromium()) as page:
        await begin(page, rate=1)
        await _wait(page, "video.currentTime > 1")
        fall = "hlsWatched.trigger('hlsError', { type: 'mediaError', details: 'a test', fatal: true })"
        await page.evaluate(fall)
        await _wait(page, "video.currentTime > 1.5 && !video.paused")
        assert (await page.evaluate("video.currentSrc")).startswith("blob:")
        await page.wait_for_timeout(1000)
        await page.evaluate(fall)
        await _wait(page, "video.currentSrc.endsWith('/media/whole.mp4')")


async def test_without_javascript_there_is_a_poster_and_a_word(site: Site) -> None:
    chromium = find_chromium()
    async with watching(site.publish().share_url, chromium=chromium, java_script_enabled=False) as page:
        assert await page.inner_text(".problem-line") == "This video may need JavaScript to play."
    mp4 = site.publish_with_mp4().share_url
    async with watching(mp4, chromium=chromium, java_script_enabled=False) as page:
        assert await page.locator(".problem-line").count() == 0
        assert await page.locator("video[controls] source").first.get_attribute("type") == "video/mp4"
