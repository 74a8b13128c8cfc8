"""Cards in a real browser: whatever the names and the picture's size, all stays inside and is whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from shared.composition.cards import intro_card, outro_card
from shared.recording import find_chromium

SIZES = [(1920, 1080), (1280, 720), (1080, 1920), (1080, 1080)]
NAMES = {
    "short": ("Ana", "Acme"),
    "300 words": (("Maximiliana Konstantinopolitania von Hohenzollern y Fernández " * 5)[:300], "Acme " * 24),
    "300 unbroken": ("W" * 300, "M" * 300),
    "300 chinese": ("王小明" * 100, "株式会社" * 75),
    "300 arabic": ("محمد بن عبد الله " * 18, "شركة النور للتجارة " * 10),
    "hebrew": ("יעל כהן", "אקמה בע״מ"),
    "quotes": ('"Ana" O\'Brien', "50%: C:\\new\\ <b>&amp;"),
    "emoji": ("Zoë " + "👩‍💻" * 30, "🎉🎉🎉"),
    "lines": ("Ana\nSilva\n\nof Acme", "A\nc\nm\ne"),
    "blank company": ("Ana", ""),
}

# Text that is painted and sticks out of the picture or of its neighbours; what is given as read back.
MEASURE = """() => {
  const [right, bottom] = [innerWidth + 1, innerHeight + 1];
  const inside = (r) => r.left >= -1 && r.top >= -1 && r.right <= right && r.bottom <= bottom;
  const say = (e) => (e.id || e.className) + ' ' + JSON.stringify(e.getBoundingClientRect());
  const parts = [...document.querySelectorAll('.fit, .chip')].filter((e) => e.getClientRects().length);
  const wrong = [];
  for (const part of parts) {
    if (!inside(part.getBoundingClientRect())) wrong.push('outside: ' + say(part));
    if (part.scrollWidth > part.clientWidth + 1) wrong.push('too wide: ' + say(part));
    const style = getComputedStyle(part);
    const size = parseFloat(style.fontSize);
    const above = part.scrollHeight - part.clientHeight;  // a font's box is higher than a tight line
    if (style.overflowY === 'visible' && above > size / 3) wrong.push('too high: ' + say(part));
    if (size < Math.min(innerWidth, innerHeight) / 80) wrong.push('too small: ' + say(part));
  }
  const box = parts.map((e) => e.getBoundingClientRect());
  const page = document.querySelector('.browser');
  if (page && page.getClientRects().length) box.push(page.getBoundingClientRect());
  for (let a = 0; a < box.length; a++) for (let b = a + 1; b < box.length; b++) {
    const across = Math.min(box[a].right, box[b].right) - Math.max(box[a].left, box[b].left);
    const down = Math.min(box[a].bottom, box[b].bottom) - Math.max(box[a].top, box[b].top);
    if (across > 2 && down > 2) wrong.push(`${a} and ${b} overlap by ${across} x ${down}`);
  }
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) wrong.push('the card scrolls');
  return {
    wrong,
    ready: root.classList.contains('ready'),
    name: document.getElementById('lead-name').textContent,
    company: document.getElementById('lead-company')?.textContent ?? '',
    hue: parseFloat(root.style.getPropertyValue('--hue')),
  };
}"""
END = "() => document.getAnimations().forEach((animation) => animation.finish())"


@dataclass
class Tab:
    """One page of a browser, and what it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def show(self, html: str, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.complaints.clear()
        self.page.set_content(html)
        self.page.wait_for_selector("html.ready")

    def measure(self, html: str, size: tuple[int, int]) -> dict[str, Any]:
        self.show(html, size)
        self.page.evaluate(END)
        return self.page.evaluate(MEASURE) | {"complaints": self.complaints}


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        opened = Tab(browser.new_page())
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        yield opened
        browser.close()


@pytest.fixture(scope="module")
def picture(tab: Tab) -> bytes:
    tab.page.set_viewport_size({"width": 960, "height": 540})
    tab.page.set_content("<body style='margin:0;background:linear-gradient(90deg,#fff 60%,#635bff 60%)'>")
    return tab.page.screenshot(type="jpeg", quality=80)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
def test_every_name_fits(tab: Tab, picture: bytes, names: tuple[str, str], size: tuple[int, int]) -> None:
    name, company = names
    view = {"viewport_width": size[0], "viewport_height": size[1]}
    for image in (picture, None):
        cards = {
            "intro": intro_card(
                name, company, title=company, page_title=name, page_host="acme.com", page_image=image, **view
            ),
            "outro": outro_card(
                name, company, page_title=name, page_host="acme.com", page_image=image, **view
            ),
        }
        for kind, html in cards.items():
            seen = tab.measure(html, size)
            assert (kind, seen["wrong"], seen["complaints"]) == (kind, [], [])
            assert seen["ready"]
            assert (seen["name"], seen["company"]) == (name, company)


def test_the_card_takes_the_pages_colour(tab: Tab, picture: bytes) -> None:
    seen = tab.measure(intro_card("Ana", "Acme", page_image=picture), (1280, 720))

    assert 270 <= seen["hue"] <= 290  # of #635bff, in OKLCH


def test_the_page_ends_up_filling_the_picture(tab: Tab, picture: bytes) -> None:
    html = intro_card("Ana", "Acme", page_image=picture, page_host="acme.com", duration_seconds=4.0)
    tab.show(html, (1280, 720))
    at = "(time) => document.getAnimations().forEach((one) => { one.pause(); one.currentTime = time; })"
    view = """() => {
      const box = document.getElementById('page').getBoundingClientRect();
      return [box.x, box.y, box.width, box.height];
    }"""
    tab.page.evaluate(at, 3000)
    before = tab.page.evaluate(view)
    tab.page.evaluate(at, 3900)
    after = tab.page.evaluate(view)

    assert before[2] < 700
    assert after == [0, 0, 1280, 720]
