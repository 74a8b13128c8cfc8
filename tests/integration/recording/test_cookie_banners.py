"""Consent banners are gone before they are filmed; whatever else lies over a page stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import pytest

from shared.recording import Tour, Viewport
from shared.recording.film.picture import decode_jpeg
from shared.recording.page.opening import opened
from shared.recording.page.stage import Stage
from tests.support.banner_pages import LOOKALIKES, PAGE, PLAIN, VENDORS, BannerPage
from tests.support.filmed_pages import Site

SMALL = Viewport(width=640, height=360, fps=10)
LATE_FRAMES = 20
T = TypeVar("T")


def fuchsia(jpeg: bytes) -> float:
    """The part of the picture that has the banner's colour, or shines through its veil."""
    pixels = decode_jpeg(jpeg).to_ndarray(format="rgb24").astype(int)
    return float(np.mean((pixels[..., 0] > 200) & (pixels[..., 1] < 180) & (pixels[..., 2] > 200)))


async def pressed(stage: Stage) -> list[str]:
    assert stage.driver is not None
    return [" ".join(names.split()) for names in await stage.driver.evaluate("pressed")]


def fifths(cases: Sequence[T]) -> list[Sequence[T]]:
    """In batches: one browser goes from page to page."""
    return [cases[start : start + 5] for start in range(0, len(cases), 5)]


@pytest.mark.parametrize("banners", fifths([*VENDORS, *PLAIN]), ids=lambda banners: banners[0].name)
async def test_banners_are_refused_and_out_of_the_picture(site: Site, banners: Sequence[BannerPage]) -> None:
    tour = Tour(url=site.serve("<h1>Start</h1>"))
    site.serve("<h1>away</h1>", "/refused")
    async with opened(tour, SMALL, allow_hosts=(site.pair,)) as stage:
        for number, banner in enumerate(banners):
            url = site.serve(banner.page, f"/{number}")
            await stage.visit(url)
            shown = [fuchsia(await stage.clock.shoot())]
            for frame in range(1, LATE_FRAMES if "late" in banner.name else 2):
                await stage.go_to(frame)
                shown.append(fuchsia(await stage.clock.shoot()))
            assert max(shown) < 0.001, banner.name
            assert await pressed(stage) == ([banner.pressed] if banner.pressed else []), banner.name
            await stage.page.scroll(500)
            assert (await stage.page.place()).top == 500, banner.name
            assert stage.url == url
    assert not {"/refused", "/sent"} & {*site.hits}


@pytest.mark.parametrize("names", fifths([*LOOKALIKES]), ids=lambda names: names[0])
async def test_what_only_looks_like_one_stays(site: Site, names: Sequence[str]) -> None:
    tour = Tour(url=site.serve("<h1>Start</h1>"))
    async with opened(tour, SMALL, allow_hosts=(site.pair,)) as stage:
        for number, name in enumerate(names):
            await stage.visit(site.serve(PAGE.format(body=LOOKALIKES[name]), f"/{number}"))
            await stage.go_to(1)
            assert fuchsia(await stage.clock.shoot()) > 0.02, name
            assert await pressed(stage) == [], name


async def test_a_banner_that_reloads_the_page_does_so_once(site: Site) -> None:
    bar = (
        f'<div class=bar>{"We use cookies for you."}<button onclick="location.reload()">Reject</button></div>'
    )
    tour = Tour(url=site.serve(PAGE.format(body=bar)))
    async with opened(tour, SMALL, allow_hosts=(site.pair,)) as stage:
        assert fuchsia(await stage.clock.shoot()) == 0
    assert site.hits.count("/") == 2
