"""A published page is played in Chromium: what was seen is in the rows, the figures and a webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from local.beacons import BeaconLog
from shared.analytics import VIEW_LOGS, ingest_views
from shared.database.models import ComposedVideo, HostedVideo
from shared.hosting import show_hosted
from shared.recording import find_chromium
from shared.webhooks import deliver_due
from tests.integration.analytics.conftest import CHROME, Watched
from tests.support.hls_ladder import make_ladder
from tests.support.hls_player import begin, to_the_end, told, watching
from tests.support.receiver import Receiver, is_signed
from tests.support.share_site import CAPTIONS, CHAPTERS, poster_of, served

UNDRIVEN = ("--disable-blink-features=AutomationControlled",)


@pytest.fixture(scope="module")
def ladder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ladder")
    make_ladder(folder)  # 7.5 s
    return folder


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as opened:
        yield opened


@dataclass
class Site:
    """The real edge with one published video."""

    url: str
    beacons: BeaconLog
    watched: Watched
    hosted: int
    slug: str

    def show(self) -> None:
        """Publish it as its row says."""
        tools, parts = self.watched.tools, self.watched.parts
        settings = tools.settings.model_copy(update={"public_base_url": self.url})
        show_hosted(parts.workspace_id, self.hosted, parts.database, tools.storage, settings)

    async def logs(self) -> list[str]:
        await self.beacons.close_file()
        return [*self.watched.tools.storage.keys(VIEW_LOGS)]


@pytest.fixture
async def site(watched: Watched, ladder: Path) -> AsyncIterator[Site]:
    storage = watched.tools.storage
    beacons = BeaconLog(storage)
    hosted, slug = watched.video(seconds=7.5)
    composed = watched.parts.get(HostedVideo, hosted).composed_video_id
    folder = watched.parts.get(ComposedVideo, composed).thumbnail_path.rpartition("/")[0]
    for key in [*storage.keys(f"{folder}/hls/")]:
        storage.delete(key)
    poster = poster_of(ladder / "180p-0.mp4")
    for name in ("thumbnail.jpg", "preview.gif"):
        storage.put(f"{folder}/{name}", poster)
    storage.put(f"{folder}/captions.vtt", CAPTIONS.encode())
    storage.put(f"{folder}/chapters.vtt", CHAPTERS.encode())
    for file in ladder.iterdir():
        storage.put(f"{folder}/hls/{file.name}", file)
    watched.parts.set(ComposedVideo, composed, quality_versions=[], resolution="320x180")
    async with served(watched.tools.settings.storage_path / "public", beacons.route) as url:
        made = Site(url, beacons, watched, hosted, slug)
        made.show()
        yield made


def open_page(site: Site, kind: str = "v", **context: Any) -> Any:
    made = {"user_agent": CHROME, "flags": UNDRIVEN} | context
    return watching(f"{site.url}/{kind}/{site.slug}", chromium=find_chromium(), **made)


async def reach(page: Page, seconds: float) -> None:
    await page.wait_for_function(
        "least => document.getElementById('video').currentTime >= least", arg=seconds
    )


@pytest.mark.parametrize("kind", ["v", "embed"])
async def test_what_was_played_is_counted_and_told_once(site: Site, kind: str, receiver: Receiver) -> None:
    watched = site.watched
    settings = watched.tools.settings.model_copy(update={"webhook_allow_hosts": (receiver.pair,)})
    watched.tools.__dict__["settings"] = settings
    secret = await asyncio.to_thread(watched.listen, receiver.url)
    async with open_page(site, kind) as page:
        await begin(page, rate=4.0)
        await to_the_end(page)
        assert (await told(page)).errors == ()
    keys = await site.logs()
    kept = {key: watched.tools.storage.get(key) for key in keys}
    assert ingest_views({"keys": keys}, watched.tools)["files"] == len(keys) > 0
    row = watched.row(site.hosted)
    assert row["watched"] == [[0, 7]]
    assert (row["classification"], row["device"]) == ("viewer", "desktop")
    assert watched.counted(site.hosted) == (1, 1)
    found = watched.analytics(site.hosted)
    assert (found.total_views, found.completion_rate, found.retention) == (1, 100.0, (100.0,) * 8)

    for key, data in kept.items():  # the same files again
        watched.tools.storage.put(key, data)
    assert ingest_views({"keys": keys}, watched.tools) == {"files": len(keys), "views": 0}
    assert watched.row(site.hosted) == row

    deliver = partial(asyncio.to_thread, deliver_due, watched.parts.database, settings)
    assert await deliver() == 1
    assert await deliver() == 0
    [got] = receiver.got
    assert is_signed(secret, got)
    said = json.loads(got.body)
    assert said["type"] == "video.viewed"
    assert (said["data"]["hosted_video_id"], said["data"]["view_id"]) == (site.hosted, row["view_id"])


async def test_what_was_skipped_was_not_seen_and_leaving_tells_the_rest(site: Site) -> None:
    async with open_page(site) as page:
        await begin(page, rate=1.0)
        await reach(page, 2.2)
        await page.evaluate("() => { document.getElementById('video').currentTime = 5 }")
        await reach(page, 6.2)
        await page.goto("about:blank")  # in the middle, long before ten seconds are over
    ingest_views({"keys": await site.logs()}, site.watched.tools)
    row = site.watched.row(site.hosted)
    [begun, after] = row["watched"]
    assert begun[0] == 0 and 1 <= begun[1] <= 2
    assert after[0] == 5 and 5 <= after[1] <= 6


async def test_a_driven_browser_is_a_bot(site: Site) -> None:
    async with open_page(site, flags=()) as page:
        assert await page.evaluate("navigator.webdriver")
        await begin(page)
        await to_the_end(page)
    ingest_views({"keys": await site.logs()}, site.watched.tools)
    row = site.watched.row(site.hosted)
    assert (row["classification"], row["watched"]) == ("bot", [[0, 7]])
    assert site.watched.counted(site.hosted) == (0, 0)


@pytest.mark.parametrize(
    "wish",
    [
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})",
        "Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'})",
        None,  # the owner's
    ],
)
async def test_whoever_is_not_to_be_counted_sends_nothing(site: Site, wish: str | None) -> None:
    if wish is None:
        site.watched.parts.set(HostedVideo, site.hosted, analytics_enabled=False)
        site.show()
    async with open_page(site) as page:
        await page.add_init_script(wish or "")
        await page.reload()
        await begin(page)
        await to_the_end(page)
        assert (await told(page)).errors == ()
    assert await site.logs() == []


async def test_beacons_that_fail_do_not_stop_the_video(site: Site) -> None:
    async with open_page(site) as page:
        await page.add_init_script("navigator.sendBeacon = () => { throw new Error('refused') }")
        await page.reload()
        await begin(page)
        await to_the_end(page)
        seen = await told(page)
    assert seen.ended and seen.errors == ()
