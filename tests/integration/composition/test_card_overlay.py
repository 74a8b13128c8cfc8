"""Overlays in a real browser: what is painted, where, in which frame, and what shows through."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright

from shared.composition import Cue
from shared.composition.cards import LogoCorner, Look, overlay
from shared.recording import find_chromium

SIZES = [(1280, 720), (1080, 1920), (1080, 1080)]
CORNERS: list[LogoCorner] = ["top-left", "top-right", "bottom-left", "bottom-right"]
CUES = [
    Cue(start=0.0, end=1.02, lines=("Billing that runs itself,", "for teams that build.")),
    Cue(start=1.02, end=2.349, lines=("كل شيء جاهز خلال ساعة",)),
    Cue(start=3.0, end=4.0, lines=("W" * 42, "王" * 21)),
]
PARTS = """() => [...document.querySelectorAll('.corner, .mark, .cue')]
  .filter((one) => getComputedStyle(one).visibility === 'visible')
  .map((one) => {
    const box = one.getBoundingClientRect();
    return [one.classList[0], one.textContent.trim(), [box.left, box.top, box.right, box.bottom]];
  })"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.fixture(scope="module")
def logo(page: Page) -> bytes:
    return red(page, 300)


def red(page: Page, width: int) -> bytes:
    """A PNG, 80 high."""
    page.goto("about:blank")  # or the last card's policy would hold for this too
    page.set_viewport_size({"width": width, "height": 80})
    page.set_content("<body style='background:#e00'>")
    return page.screenshot(type="png")


def show(page: Page, html: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("about:blank")  # or the last card's policy would hold for this one too
    page.set_content(html)
    page.wait_for_selector("html.ready", state="attached")
    page.evaluate("document.getAnimations().forEach((one) => one.pause())")


def go_to(page: Page, frame: int, fps: int) -> None:
    page.evaluate(
        "(at) => document.getAnimations().forEach((one) => { one.currentTime = at; })", frame * 1000 / fps
    )


def painted(page: Page) -> np.ndarray:
    """What is on the page, as RGBA bytes."""
    decoder = av.CodecContext.create("png", "r")
    png = page.screenshot(type="png", omit_background=True)
    return next(iter(decoder.decode(av.Packet(png)))).to_ndarray(format="rgba")


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_each_frame_shows_the_cue_of_its_moment(page: Page, fps: int) -> None:
    show(page, overlay(Look(), cues=CUES, fps=fps, viewport_width=1280, viewport_height=720), (1280, 720))
    edges = {
        round(second * fps) + near for cue in CUES for second in (cue.start, cue.end) for near in (-1, 0, 1)
    }
    for frame in sorted((edges | set(range(0, 5 * fps, 9))) - {-1}):
        go_to(page, frame, fps)
        due = [cue for cue in CUES if round(cue.start * fps) <= frame < round(cue.end * fps)]
        assert [text for _, text, _ in page.evaluate(PARTS)] == ["".join(cue.lines) for cue in due], frame


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("corner", [None, *CORNERS])
def test_nothing_is_outside_or_over_another(
    page: Page, logo: bytes, corner: LogoCorner | None, size: tuple[int, int]
) -> None:
    for cues in ((), CUES):
        view = {"viewport_width": size[0], "viewport_height": size[1]}
        show(page, overlay(Look(logo=logo), logo_corner=corner, watermark=True, cues=cues, **view), size)
        for second in (0.5, 1.5, 3.5):
            go_to(page, int(second * 30), 30)
            parts = page.evaluate(PARTS)
            assert len(parts) == 1 + bool(corner) + bool(cues)
            boxes = [box for _, _, box in parts]
            for left, top, right, bottom in boxes:
                assert left >= 0
                assert top >= 0
                assert right <= size[0] + 0.5
                assert bottom <= size[1]
            for number, one in enumerate(boxes):
                for other in boxes[number + 1 :]:
                    apart = one[2] <= other[0] or other[2] <= one[0]
                    assert apart or one[3] <= other[1] or other[3] <= one[1]


@pytest.mark.parametrize("corner", CORNERS)
def test_the_logo_stands_in_its_corner_and_the_rest_is_clear(
    page: Page, logo: bytes, corner: LogoCorner
) -> None:
    view = {"viewport_width": 1280, "viewport_height": 720}
    show(page, overlay(Look(logo=logo), logo_corner=corner, **view), (1280, 720))

    picture = painted(page)
    rows, columns = np.nonzero(picture[..., 3])
    assert rows.max() - rows.min() + 1 == pytest.approx(60, abs=1)
    assert columns.max() - columns.min() + 1 == pytest.approx(225, abs=1)
    top = rows.min() if corner.startswith("top") else 719 - rows.max()
    left = columns.min() if corner.endswith("left") else 1279 - columns.max()
    assert (top, left) == pytest.approx((24, 24), abs=1)
    assert tuple(picture[rows[len(rows) // 2], columns[len(columns) // 2]]) == (0xEE, 0, 0, 255)


def test_a_wide_logo_keeps_to_a_fifth(page: Page) -> None:
    show(page, overlay(Look(logo=red(page, 900)), logo_corner="bottom-right"), (1280, 720))

    rows, columns = np.nonzero(painted(page)[..., 3])
    assert columns.max() - columns.min() + 1 == pytest.approx(256, abs=1)
    assert 719 - rows.max() == pytest.approx(24, abs=1)


def test_words_can_be_read_on_any_ground(page: Page) -> None:
    show(page, overlay(Look(), watermark=True, cues=CUES), (1280, 720))
    go_to(page, 5, 30)
    picture = painted(page)
    _, _, (left, top, right, bottom) = next(part for part in page.evaluate(PARTS) if part[0] == "cue")
    box = picture[int(top) + 8 : int(bottom) - 8, int(left) + 8 : int(right) - 8]
    alpha = box[..., 3:] / 255
    on_white = box[..., :3] * alpha + 255 * (1 - alpha)
    ground = np.median(on_white.reshape(-1, 3), axis=0)
    assert ground.max() < 70  # white letters on it: a contrast of 9 at least
    assert box[..., :3].max() == 255


def test_without_anything_there_is_nothing(page: Page) -> None:
    show(page, overlay(Look(), logo_corner="top-left"), (1280, 720))
    assert painted(page)[..., 3].max() == 0
