"""Watching a share page play its video in Chromium, and telling what its player went through.

`watching` opens the page with its player under observation; `play` plays it to its end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from shared.values import Value

WAIT_SECONDS = 60.0
FLAGS = ("--autoplay-policy=no-user-gesture-required", "--mute-audio", "--no-sandbox")

# Window.Hls is caught as the script defines it, so that the product needs no door for tests.
_WATCH = """
(() => {
  const seen = { errors: [], levels: [], switched: [], starved: 0, slow: 0 };
  window.seen = seen;
  const ahead = ({ buffered, currentTime: now, duration }) => [...Array(buffered.length).keys()].some(
    (n) => buffered.start(n) <= now && buffered.end(n) >= Math.min(now + 0.1, duration - 0.01));
  const stalls = ['bufferStalledError', 'bufferNudgeOnStall'];
  let real;
  Object.defineProperty(window, 'Hls', {
    configurable: true,
    get: () => real,
    set: (Hls) => {
      real = class extends Hls {
        constructor(config) {
          super(config);
          window.hlsWatched = this;
          this.on(Hls.Events.ERROR, (_, data) => {
            if (!data.fatal && stalls.includes(data.details) && ahead(this.media)) seen.slow += 1;
            else seen.errors.push(
              `${data.fatal ? 'fatal ' : ''}${data.details}: ${data.error && data.error.message}`);
          });
          this.on(Hls.Events.MANIFEST_PARSED, () => { seen.levels = this.levels.map(
            (level) => [level.width, level.height]); });
          this.on(Hls.Events.LEVEL_SWITCHED, (_, data) => seen.switched.push(data.level));
        }
      };
    },
  });
  addEventListener('securitypolicyviolation', (event) => seen.errors.push(
    `policy ${event.violatedDirective}: ${event.blockedURI}`));
  addEventListener('error', (event) => seen.errors.push(
    `${event.target && event.target.tagName || 'script'}: ${event.message || ''}`), true);
  addEventListener('waiting', ({ target: video }) => {
    if (video.currentTime > 0.1 && !ahead(video)) seen.starved += 1;
  }, true);
})();
"""
_TELL = """
() => {
  const video = document.getElementById('video');
  const ranges = (of) => Array.from({ length: of.length }, (_, n) => [of.start(n), of.end(n)]);
  const quality = video.getVideoPlaybackQuality();
  return {
    duration: video.duration, ended: video.ended, through_hls_js: Boolean(window.hlsWatched),
    buffered: ranges(video.buffered), played: ranges(video.played),
    frames: quality.totalVideoFrames, dropped: quality.droppedVideoFrames,
    sound_bytes: video.webkitAudioDecodedByteCount, ...window.seen,
  };
}
"""


class Played(Value):
    """What became of playing. duration: in seconds, as the browser has it at the end.

    errors: every error event of hls.js, fatal or not, of the page and of its policy; but for a machine that
    could not keep up with what was there, which is counted as slow. buffered, played: ranges in seconds.
    levels: (width, height) of each rung. switched: the rungs that were played, by number. starved: how often
    it waited for what was not there. frames, dropped: pictures decoded, and those not shown in time (of many,
    when it plays faster than the screen is drawn). sound_bytes: how much of the sound was decoded.
    """

    duration: float
    errors: tuple[str, ...]
    ended: bool
    through_hls_js: bool
    buffered: tuple[tuple[float, float], ...]
    played: tuple[tuple[float, float], ...]
    levels: tuple[tuple[int, int], ...]
    switched: tuple[int, ...]
    starved: int
    slow: int
    frames: int
    dropped: int
    sound_bytes: int


@asynccontextmanager
async def watching(
    url: str, *, chromium: Path, flags: Sequence[str] = (), **context: Any
) -> AsyncIterator[Page]:
    """The page, open and observed. flags: more of the browser's. context: of new_context."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags])
        try:
            page = await (await browser.new_context(**context)).new_page()
            page.set_default_timeout(WAIT_SECONDS * 1000)
            await page.add_init_script(_WATCH)
            await page.goto(url)
            yield page
        finally:
            await browser.close()


async def told(page: Page) -> Played:
    """What has become of playing by now."""
    return Played.model_validate(await page.evaluate(_TELL))


async def play(url: str, *, chromium: Path, rate: float = 4.0) -> Played:
    """Press play on a share page and watch, `rate` times as fast, to the end or to the first message."""
    async with watching(url, chromium=chromium) as page:
        await begin(page, rate)
        await to_the_end(page)
        return await told(page)


async def begin(page: Page, rate: float = 4.0) -> None:
    """Press play, as a viewer does."""
    await page.click("#start")
    await page.evaluate("rate => { document.getElementById('video').playbackRate = rate }", rate)


async def to_the_end(page: Page) -> None:
    """Until the video has ended or the page says that it can't be played."""
    await page.wait_for_function(
        "() => document.getElementById('video').ended || !document.getElementById('problem').hidden"
    )
