"""Playwright acts on the page while the clock and the pictures stay ours."""

from __future__ import annotations

import asyncio

from shared.recording import Tour, Viewport
from shared.recording.film.picture import decode_jpeg
from shared.recording.page.opening import opened
from tests.support.filmed_pages import STRIP_SCRIPT, Site, read_strip


async def test_both_drive_one_page(site: Site) -> None:
    site.serve(
        f"<body>{STRIP_SCRIPT}<button style='margin:200px'>Press</button><input>"
        "<script>draw(0, 0); document.querySelector('button').onclick = () => draw(0, 77)</script>"
    )
    view = Viewport(width=640, height=360)
    async with opened(Tour(url=site.url(), steps=()), view, allow_hosts=(site.pair,)) as stage:
        assert stage.driver is not None
        before = await stage.clock.shoot()
        acting = asyncio.create_task(_press_and_type(stage.driver))
        frame = 0
        while not acting.done() and frame < 300:
            frame += 1
            await stage.go_to(frame)
            await stage.clock.draw()
        assert await acting == "typed"
        after = await stage.clock.shoot()
    shown = [read_strip(decode_jpeg(jpeg).to_ndarray(format="rgb24")) for jpeg in (before, after)]
    assert shown == [0, 77]


async def _press_and_type(page: object) -> str:
    from playwright.async_api import Page

    assert isinstance(page, Page)
    await page.click("button")
    await page.fill("input", "typed")
    return await page.input_value("input")
