"""Whatever a brand's colours are, words can be read on what is painted behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright

from shared.composition.cards import CardFields, Look, TemplateName, intro_card, outro_card, picture_card
from shared.recording import find_chromium

WIDTH, HEIGHT = 960, 540
TEMPLATES: list[TemplateName] = ["studio", "poster", "letter"]
COLOURS = ["#000000", "#ffffff", "#808080", "#ff6600", "#ffff00", "#00ff00", "#1e40ff", "#7f0000", "#767676"]
ACCENTS = [None, "#ffffff", "#000000", "#ff2d78", "#777777"]
LEAST = 4.5  # WCAG 2.2, success criterion 1.4.3

# Each text with its colour, and where its words stand once the motion is over; then they are made unseen.
TEXTS = """() => {
  document.getAnimations().forEach((animation) => animation.finish());
  const brush = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const bytes = (colour) => {
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const colour = bytes(getComputedStyle(walker.currentNode.parentElement).color);
    for (const box of range.getClientRects()) {
      if (box.width > 4) {
        const sides = [box.left, box.top, box.right, box.bottom];
        found.push([walker.currentNode.textContent.trim(), colour, sides]);
      }
    }
  }
  const all = document.querySelectorAll('main, main *');
  all.forEach((one) => { one.style.webkitTextFillColor = 'transparent'; });
  return found;
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        browser.close()


@pytest.mark.parametrize("primary", [None, *COLOURS])
@pytest.mark.parametrize("template", TEMPLATES)
def test_words_can_be_read(page: Page, template: TemplateName, primary: str | None) -> None:
    said = CardFields(name="Ana Silva", company="Acme", text="The month, closed", page_host="acme.com")
    for number, accent in enumerate(ACCENTS):
        look = Look(template=template, primary_color=primary, accent_color=accent)
        html = [intro_card, outro_card][number % 2](said, look)
        assert unread(page, html) == {}, (primary, accent)
    photo = picture_card(page.screenshot(type="jpeg"), caption="The month", look=look)
    assert unread(page, photo) == {}


def unread(page: Page, html: str) -> dict[str, float]:
    """The words with too little contrast to any colour that makes up a tenth of what is behind them."""
    page.goto("about:blank")
    page.set_content(html)
    page.wait_for_selector("html.ready")
    texts: list[Any] = page.evaluate(TEXTS)
    picture = pixels(page.screenshot(type="png"))
    assert len(texts) >= 1
    wrong = {}
    for words, colour, (left, top, right, bottom) in texts:
        behind = picture[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)].reshape(-1, 3)
        colours, counts = np.unique(behind, axis=0, return_counts=True)
        much = colours[counts > len(behind) / 10]
        worst = min(contrast(np.array(colour), ground) for ground in much)
        if worst < LEAST:
            wrong[words] = worst
    return wrong


def pixels(png: bytes) -> np.ndarray:
    decoder = av.CodecContext.create("png", "r")
    return next(iter(decoder.decode(av.Packet(png)))).to_ndarray(format="rgb24")


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return float((high + 0.05) / (low + 0.05))


def luminance(colour: np.ndarray) -> float:
    """WCAG 2's relative luminance of sRGB bytes."""
    part = colour / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))
