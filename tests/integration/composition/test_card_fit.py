"""Cards in a real browser: whatever the names and the picture's size, all stays inside and is whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from shared.composition.cards import CardFields, Look, TemplateName, intro_card, outro_card, picture_card
from shared.recording import find_chromium

TEMPLATES: list[TemplateName] = ["studio", "poster", "letter"]
SIZES = [(1280, 720), (1080, 1920), (1080, 1080)]
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
  const all = [...document.querySelectorAll('.fit, .chip, .site, .logo')];
  const parts = all.filter((e) => e.getClientRects().length);
  const wrong = [];
  for (const part of parts) {
    const style = getComputedStyle(part);
    if (!inside(part.getBoundingClientRect())) wrong.push('outside: ' + say(part));
    const cut = style.textOverflow === 'ellipsis';
    if (!cut && part.scrollWidth > part.clientWidth + 1) wrong.push('too wide: ' + say(part));
    const size = parseFloat(style.fontSize);
    const above = part.scrollHeight - part.clientHeight;  // a font's box is higher than a tight line
    if (style.overflowY === 'visible' && above > size / 3) wrong.push('too high: ' + say(part));
    if (size < Math.min(innerWidth, innerHeight) / 80) wrong.push('too small: ' + say(part));
  }
  const box = parts.map((e) => e.getBoundingClientRect());
  // a slanted print reaches less far than the box around it
  const page = document.querySelector('.frame');
  if (page && page.offsetWidth) {
    const [x, y] = [page.offsetLeft, page.offsetTop];
    box.push({left: x, top: y, right: x + page.offsetWidth, bottom: y + page.offsetHeight});
  }
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
    name: document.getElementById('lead-name')?.textContent ?? '',
    company: document.getElementById('lead-company')?.textContent ?? '',
    ground: getComputedStyle(root).getPropertyValue('--ground'),
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
        self.page.goto("about:blank")  # or the last card's policy would hold for this one too
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


@pytest.fixture(scope="module")
def logo(tab: Tab) -> bytes:
    """Dark letters on nothing."""
    tab.page.goto("about:blank")
    tab.page.set_viewport_size({"width": 300, "height": 80})
    tab.page.set_content("<body style='margin:0;background:transparent;font:bold 60px Noto Sans'>northwind")
    return tab.page.screenshot(type="png", omit_background=True)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
def test_every_name_fits(
    tab: Tab,
    picture: bytes,
    logo: bytes,
    names: tuple[str, str],
    template: TemplateName,
    size: tuple[int, int],
) -> None:
    name, company = names
    view = {"viewport_width": size[0], "viewport_height": size[1]}
    said = CardFields(
        name=name,
        company=company,
        text=company,
        headline=name,
        next_step=company or None,
        page_title=name,
        page_host="acme.com",
    )
    full, bare = Look(template=template, logo=logo), Look(template=template)
    for look, image in ((full, picture), (bare, None)):
        intro = tab.measure(intro_card(said, look, page_image=image, **view), size)
        assert (intro["wrong"], intro["complaints"], intro["ready"]) == ([], [], True)
        assert (intro["name"], intro["company"]) == (name, company)
    outro = tab.measure(outro_card(said, full, page_image=picture, **view), size)
    assert (outro["wrong"], outro["complaints"], outro["ready"]) == ([], [], True)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_host_of_any_length_stays_inside(
    tab: Tab, picture: bytes, template: TemplateName, size: tuple[int, int]
) -> None:
    said = CardFields(name="Ana Silva", company="Acme", page_host="a-very-long-host-name." * 11 + "example")
    for image in (picture, None):
        view: dict[str, Any] = {"viewport_width": size[0], "viewport_height": size[1], "page_image": image}
        for html in (intro_card(said, Look(template=template), **view), outro_card(said, **view)):
            assert tab.measure(html, size)["wrong"] == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_picture_is_shown_whole_beside_its_caption(
    tab: Tab, picture: bytes, logo: bytes, template: TemplateName, size: tuple[int, int]
) -> None:
    look = Look(template=template, logo=logo)
    for caption in (None, "The month closes in two days", "Zoë 王小明 " * 30):
        view = {"viewport_width": size[0], "viewport_height": size[1]}
        seen = tab.measure(picture_card(picture, caption=caption, look=look, **view), size)
        assert (seen["wrong"], seen["complaints"]) == ([], [])
        assert tab.page.evaluate("document.getAnimations().length") == 0
        assert tab.page.evaluate("getComputedStyle(document.getElementById('page')).objectFit") == "contain"


def test_the_card_takes_the_pages_colour_unless_the_brand_has_one(tab: Tab, picture: bytes) -> None:
    ana = CardFields(name="Ana", company="Acme")
    size = (1280, 720)
    of_page = tab.measure(intro_card(ana, page_image=picture), size)["ground"]
    of_brand = tab.measure(intro_card(ana, Look(primary_color="#0b6e4f"), page_image=picture), size)["ground"]
    poster = intro_card(ana, Look(template="poster", primary_color="#0b6e4f"), page_image=picture)

    red, green, blue = bytes_of(of_page)
    assert blue > max(red, green) + 15  # #635bff, dark
    red, green, blue = bytes_of(of_brand)
    assert green > blue > red
    assert bytes_of(tab.measure(poster, size)["ground"]) == (0x0B, 0x6E, 0x4F)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_page_ends_up_filling_the_picture(tab: Tab, picture: bytes, template: TemplateName) -> None:
    ana = CardFields(name="Ana", company="Acme", page_host="acme.com")
    html = intro_card(ana, Look(template=template), page_image=picture, duration_seconds=4.0)
    tab.show(html, (1280, 720))
    at = "(time) => document.getAnimations().forEach((one) => { one.pause(); one.currentTime = time; })"
    view = """() => {
      const box = document.getElementById('page').getBoundingClientRect();
      return [box.x, box.y, box.width, box.height];
    }"""
    tab.page.evaluate(at, 3200)
    before = tab.page.evaluate(view)
    tab.page.evaluate(at, 3900)
    after = tab.page.evaluate(view)

    assert before[0] > 300
    assert after == [0, 0, 1280, 720]


def bytes_of(colour: str) -> tuple[int, ...]:
    """Of `rgb(1 2 3)`."""
    return tuple(int(part) for part in colour.strip()[4:-1].split())
