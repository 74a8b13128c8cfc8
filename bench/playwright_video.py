"""Playwright's own way to record: open a page and let it run, in real time.

python -m bench.playwright_video URL SECONDS CHROMIUM FILE.webm
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

_SIZE: ViewportSize = {"width": 1920, "height": 1080}


def main(url: str, seconds: str, chromium: str, target: str) -> None:
    with tempfile.TemporaryDirectory(prefix="leadreel-bench-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        context = browser.new_context(viewport=_SIZE, record_video_dir=folder, record_video_size=_SIZE)
        page = context.new_page()
        page.goto(url)
        page.wait_for_timeout(float(seconds) * 1000)
        context.close()  # this ends the file
        assert page.video is not None  # it was asked for
        page.video.save_as(Path(target))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
