"""What a visitor does on a page, as the page feels it and as the film shows it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from shared.recording import (
    Click,
    Goto,
    Hide,
    Highlight,
    Hold,
    Hover,
    PageFault,
    SceneJob,
    Scroll,
    Tour,
    TourStep,
    Type,
    Viewport,
    Wait,
    Zoom,
    film_scene,
)
from tests.support.filmed_pages import STRIP_SCRIPT, Pixels, Site, every_frame, every_packet, read_strip

SMALL = Viewport(width=640, height=360)
HEAD = "<!doctype html><meta charset=utf-8><style>body{margin:0;background:#fff;font:16px sans-serif}</style>"


async def filmed(
    site: Site, folder: Path, *steps: TourStep, frames: int, first: int = 0, path: str = "/", **tour: object
) -> list[Pixels]:
    job = SceneJob(
        source=Tour.model_validate({"url": site.url(path), "steps": steps, **tour}),
        viewport=SMALL,
        first_frame=first,
        frame_count=frames,
    )
    folder.mkdir(exist_ok=True)
    result = await film_scene(job, folder, allow_hosts=(site.pair,))
    assert result.frame_count == frames
    return every_frame(folder, result)


def colour(picture: Pixels, x: int, y: int) -> tuple[int, int, int]:
    """Of a spot of 5 x 5 pixels, to the nearest 64."""
    spot = picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).mean(axis=0)
    red, green, blue = (round(level / 64) * 64 for level in spot)
    return red, green, blue


def dark(picture: Pixels, left: int, top: int, right: int, bottom: int) -> int:
    """How many pixels of a region are nearly black."""
    return int((picture[top:bottom, left:right].max(axis=2) < 70).sum())


BUTTON = f"""{HEAD}<body>{STRIP_SCRIPT}
<style>#b{{position:absolute;left:400px;top:200px;width:120px;height:60px;background:#c00;border:0}}
#b:hover{{background:#0c0}} #b.done{{background:#00c}}</style><button id=b></button><script>
let keys = 0; addEventListener('keyup', () => draw(4, ++keys), true);
let moves = 0, clicks = 0, x = 0, y = 0;
addEventListener('mousemove', (e) => {{ moves++; x = e.clientX; y = e.clientY; }});
document.querySelector('#b').onclick = (e) => {{ clicks++; e.target.className = 'done'; }};
const show = () => {{
  draw(0, moves); draw(1, clicks); draw(4, keys); draw(2, Math.round(x)); draw(3, Math.round(y));
  requestAnimationFrame(show);
}};
show();
</script>"""


async def test_the_hand_travels_and_clicks_in_its_frames(site: Site, tmp_path: Path) -> None:
    site.serve(BUTTON)
    pictures = await filmed(
        site, tmp_path, Hold(seconds=0.5), Click(selector="#b", seconds=1.5), Hold(seconds=0.5), frames=75
    )
    rows = np.array([[read_strip(picture, row) for row in range(4)] for picture in pictures])
    moves, clicks = rows[:, 0], rows[:, 1]
    assert moves[15] <= 1  # the browser's own, where no hand is
    way = np.flatnonzero(np.diff(moves))
    assert np.diff(moves)[way[0] :][: len(way)].tolist() == [1] * len(way)  # one a frame, in its frame
    assert moves[-1] >= 15
    pressed = int(np.argmax(clicks > 0))
    assert 38 <= pressed <= 48
    assert clicks[-1] == 1
    assert read_strip(pictures[-1], 4) == 0  # no key was heard
    x, y = rows[-1, 2], rows[-1, 3]
    assert 400 < x < 520
    assert 200 < y < 260
    assert np.abs(np.diff(rows[moves > 1][:, 2:], 2, axis=0)).max() <= 12  # no jerk
    assert colour(pictures[10], 410, 210) == (192, 0, 0)
    assert colour(pictures[pressed - 3], 410, 210) == (0, 192, 0)  # :hover
    assert colour(pictures[-1], 410, 210) == (0, 0, 192)
    # the cursor is over where the mouse is, and the ripple around it for half a second
    assert dark(pictures[-1], x - 3, y - 3, x + 22, y + 26) > 30
    around = (slice(y - 34, y + 34), slice(x - 34, x + 34))
    beside = pictures[pressed + 6][around].astype(int) - pictures[-1][around].astype(int)
    assert (np.abs(beside).max(axis=2) > 40).sum() > 100


async def test_the_cursor_and_its_ripples_can_be_left_out(site: Site, tmp_path: Path) -> None:
    site.serve(BUTTON)
    steps = (Click(selector="#b", seconds=1.2), Hold(seconds=0.3))
    bare = await filmed(site, tmp_path / "bare", *steps, frames=45, show_cursor=False, highlight_clicks=False)
    assert read_strip(bare[-1], 1) == 1
    spot = bare[-1][205:255, 405:515].reshape(-1, 3).astype(int)
    assert np.abs(spot - spot[0]).max() < 12
    rippling = await filmed(site, tmp_path / "rippling", *steps, frames=45, show_cursor=False)
    differing = sum(bool(np.abs(a.astype(int) - b).max() > 60) for a, b in zip(bare, rippling, strict=True))
    assert 10 <= differing <= 20


FORM = f"""{HEAD}<body>{STRIP_SCRIPT}<form><input id=f style="position:absolute;left:60px;top:200px;
width:400px;height:30px"></form><script>draw(0, 0); const field = document.querySelector('#f');
field.oninput = () => draw(0, field.value.length);
field.onkeydown = (e) => draw(1, e.key.charCodeAt(0));</script>"""


async def test_text_is_typed_letter_by_letter(site: Site, tmp_path: Path) -> None:
    site.serve(FORM)
    text = "Ana Ñandú 李 @ acme"
    pictures = await filmed(
        site, tmp_path, Type(selector="#f", text=text, seconds=3), Hold(seconds=0.2), frames=96
    )
    typed = [read_strip(picture) for picture in pictures]
    assert typed == sorted(typed)
    assert typed[30] == 0
    assert typed[-1] == len(text)
    assert max(b - a for a, b in pairwise(typed)) == 1
    assert read_strip(pictures[-1], 1) == ord("e")


LONG = f"""{HEAD}<body>{STRIP_SCRIPT}<style>section{{height:500px}}h2{{margin:0}}</style>
{"".join(f"<section id=s{n}><h2>Part {n}</h2></section>" for n in range(8))}
<script>draw(0, 0); addEventListener('scroll', () => draw(0, scrollY))</script>"""


async def test_scrolling_goes_to_elements_and_by_pixels(site: Site, tmp_path: Path) -> None:
    site.serve(LONG)
    pictures = await filmed(
        site, tmp_path,
        Scroll(to="#s3 h2", seconds=1), Hold(seconds=0.2), Scroll(by=-240, seconds=0.5), Hold(seconds=0.2),
        Scroll(by=99_999, seconds=0.5), Hold(seconds=0.1),
        frames=75,
    )  # fmt: skip
    tops = [read_strip(picture) for picture in pictures]
    heading = 1500
    assert 0.08 * 360 <= heading - tops[33] <= 0.4 * 360
    assert tops[53] == tops[33] - 240
    assert tops[-1] == 8 * 500 - 360


async def test_what_is_out_of_view_is_brought_into_view_first(site: Site, tmp_path: Path) -> None:
    site.serve(LONG.replace("</h2></section>", "</h2><button onclick='draw(1, 7)'>Go</button></section>", 7))
    pictures = await filmed(
        site, tmp_path, Click(selector="#s5 button", seconds=2), Hold(seconds=0.2), frames=66
    )
    assert read_strip(pictures[-1], 0) > 2000
    assert read_strip(pictures[-1], 1) == 7


LINES = f"""{HEAD}<body><style>#z{{position:absolute;left:200px;top:120px;width:200px;height:100px;background:
repeating-linear-gradient(90deg,#000 0 1px,#fff 1px 4px)}}#f{{position:fixed;right:0;bottom:0;width:30px;
height:30px;background:#00c}}</style><div id=z></div><div id=f></div><div style='height:3000px'></div>"""


async def test_zoom_draws_anew_and_blurs_nothing(site: Site, tmp_path: Path) -> None:
    site.serve(LINES)
    pictures = await filmed(
        site, tmp_path,
        Zoom(selector="#z", scale=2, seconds=0.8), Hold(seconds=0.2), Zoom(seconds=0.8), Hold(seconds=0.2),
        frames=60,
    )  # fmt: skip
    close = pictures[28][180].astype(int).mean(axis=1)
    inside = close[60:580]
    assert set(np.unique(np.round(inside / 255))) == {0, 1}
    assert ((inside > 40) & (inside < 215)).mean() < 0.05  # lines have edges, not slopes
    runs = np.diff(np.flatnonzero(np.diff(np.round(inside / 255))))
    assert set(runs.tolist()) == {2, 6}  # one and three pixels, twice as large
    assert colour(pictures[28], 625, 345) == (256, 256, 256)  # the fixed corner is out of the picture
    assert np.abs(pictures[-1].astype(int) - pictures[0]).max() < 12
    assert colour(pictures[-1], 625, 345) == (0, 0, 192)


async def test_a_zoom_holds_its_element_while_the_page_scrolls(site: Site, tmp_path: Path) -> None:
    site.serve(LONG)
    pictures = await filmed(
        site, tmp_path,
        Zoom(selector="#s0 h2", scale=2, seconds=0.5), Scroll(by=200, seconds=0.5), Zoom(seconds=0.4),
        frames=45,
    )  # fmt: skip
    assert read_strip(pictures[-1]) == 200


async def test_light_falls_on_an_element_and_goes_again(site: Site, tmp_path: Path) -> None:
    site.serve(f"{HEAD}<h1 id=h style='margin:100px 0 0 100px;width:200px;height:60px;background:#fff'></h1>")
    pictures = await filmed(
        site, tmp_path, Highlight(selector="#h", seconds=1.2), Hold(seconds=0.2), frames=42
    )
    inside, outside = [int(p[130, 200].mean()) for p in pictures], [int(p[300, 500].mean()) for p in pictures]
    assert min(inside) > 240
    assert min(outside[12:24]) < 180
    assert outside[0] > 250
    assert outside[-1] > 250
    assert max(abs(a - b) for a, b in pairwise(outside)) < 30  # it fades


async def test_what_is_hidden_stays_hidden(site: Site, tmp_path: Path) -> None:
    site.serve(
        f"{HEAD}<style>.chat{{position:fixed;right:0;bottom:0;width:100px;height:100px;background:#c00;"
        "display:block!important}</style><div class=chat></div><script>"
        "setTimeout(() => { document.adoptedStyleSheets = [];"
        "document.body.insertAdjacentHTML('beforeend', '<div class=chat></div>') }, 900)</script>"
    )
    pictures = await filmed(
        site, tmp_path, Hold(seconds=0.2), Hide(selectors=(".chat",)), Hold(seconds=2), frames=60
    )
    shown = [colour(picture, 590, 310) != (256, 256, 256) for picture in pictures]
    assert shown[:6] == [True] * 6
    assert not any(shown[30:])
    assert not shown[7]


async def test_another_page_is_cut_to_when_it_has_settled(site: Site, tmp_path: Path) -> None:
    site.serve(f"{HEAD}<body style='background:#c00'><a href=/two style='font-size:60px'>two</a>")
    site.serve(f"{HEAD}<body style='background:#00c'><script src=/slow.js></script>", "/two", delay=0.2)
    site.serve("", "/slow.js", headers={"Content-Type": "text/javascript"}, delay=0.3)
    red, blue = (192, 0, 0), (0, 0, 192)
    for name, step in (("goto", Goto(url=site.url("/two"))), ("click", Click(selector="a", seconds=1))):
        pictures = await filmed(
            site, tmp_path / name, Hold(seconds=0.5), step, Hold(seconds=1), frames=60, show_cursor=False,
            highlight_clicks=False,
        )  # fmt: skip
        shown = [colour(picture, 600, 300) for picture in pictures]
        assert set(shown) == {red, blue}
        assert shown == sorted(shown, reverse=True)
        assert shown[14] == red
        assert shown[-1] == blue
        if name == "goto":
            assert shown.index(blue) in (15, 16)


async def test_a_link_whose_page_is_there_at_once_is_followed_and_what_is_no_page_is_not(
    site: Site, tmp_path: Path
) -> None:
    site.serve(f"{HEAD}<body style='background:#00c'>two", "/two")
    site.serve("x", "/file", headers={"Content-Disposition": "attachment", "Content-Type": "text/csv"})
    for n, (link, there) in enumerate(
        {"/two": True, "mailto:ana@acme.example": False, "/file": False}.items()
    ):
        site.serve(f"{HEAD}<body style='background:#c00'><a href='{link}' style='font-size:60px'>go</a>")
        pictures = await filmed(
            site, tmp_path / str(n), Click(selector="a", seconds=1), Hold(seconds=0.5), frames=42
        )
        assert colour(pictures[-1], 600, 300) == ((0, 0, 192) if there else (192, 0, 0))


async def test_a_page_that_is_slow_to_come_is_waited_for_and_the_one_before_is_not_filmed(
    site: Site, tmp_path: Path
) -> None:
    site.serve(f"{HEAD}<body style='background:#c00'><script>location = '/two'</script>")
    site.serve(f"{HEAD}<body style='background:#00c'>two", "/two", delay=4)
    pictures = await filmed(site, tmp_path / "comes", Hold(seconds=0.5), frames=15)
    assert {colour(picture, 600, 300) for picture in pictures} == {(0, 0, 192)}
    site.serve(f"{HEAD}<body>Go away", "/two", status=403, delay=2)
    with pytest.raises(PageFault, match="/two answers 403 Forbidden"):
        await filmed(site, tmp_path / "refuses", Hold(seconds=0.5), frames=15)
    site.serve(f"{HEAD}<body>Here<script>location.protocol = 'https:'</script>")
    with pytest.raises(PageFault, match=r"https.* can.t be reached over a secure"):
        await filmed(site, tmp_path / "fails", Hold(seconds=0.5), frames=15)


async def test_waiting_happens_off_camera(site: Site, tmp_path: Path) -> None:
    site.serve(
        f"{HEAD}<body>{STRIP_SCRIPT}<script>draw(0, 0); setTimeout(() => {{ draw(0, 1);"
        "document.body.insertAdjacentHTML('beforeend', '<b id=ready>x</b>') }, 3000)</script>"
    )
    pictures = await filmed(
        site, tmp_path, Hold(seconds=0.4), Wait(selector="#ready"), Wait(network="quiet"), Hold(seconds=0.4),
        frames=24,
    )  # fmt: skip
    shown = [read_strip(picture) for picture in pictures]
    assert shown == sorted(shown)
    assert shown.index(1) in (12, 13)


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (
            Click(selector="#nope"),
            r"step 2 \(click #nope\) of the tour: #nope matches nothing that can be seen",
        ),
        (Wait(selector="#nope", timeout=1), r"step 2 \(wait #nope\) of the tour"),
        (Hover(selector="b["), r"step 2 \(hover b\[\) of the tour: b\[ can't be looked for"),
        (Hide(selectors=("b[",)), r"step 2 \(hide\) of the tour: one of b\[ is no CSS selector"),
        (
            Goto(url="file:///etc/passwd"),
            r"step 2 \(goto file:///etc/passwd\) of the tour: .* is not a web addr",
        ),
        (Goto(url="http://127.0.0.1:9/"), r"step 2 \(goto .* private address"),
    ],
)
async def test_a_step_that_cannot_be_performed_is_named(
    step: TourStep, reason: str, site: Site, tmp_path: Path
) -> None:
    site.serve(f"{HEAD}<h1>x</h1>")
    with pytest.raises(PageFault, match=reason):
        await filmed(site, tmp_path, Hold(seconds=0.1), step, Hold(seconds=0.5), frames=20)


async def test_an_optional_step_is_gone_without(site: Site, tmp_path: Path) -> None:
    site.serve(f"{HEAD}<h1>x</h1>")
    pictures = await filmed(
        site,
        tmp_path,
        Hover(selector="#nope", optional=True),
        Zoom(selector="#nope", optional=True),
        frames=30,
    )
    assert len(pictures) == 30


async def test_the_page_can_neither_style_nor_remove_what_we_draw(site: Site, tmp_path: Path) -> None:
    site.serve(
        BUTTON + "<style>html > div, div[popover] { display: none !important; visibility: hidden !important;"
        "opacity: 0 !important; transform: scale(0) !important } * { filter: invert(0) }</style>"
        "<dialog style='width:300px;height:200px;background:#eee'>On top</dialog><script>"
        "document.querySelector('dialog').showModal();"
        "setInterval(() => { for (const e of document.documentElement.children)"
        " if (e.localName === 'div') e.remove() }, 330);"
        "Element.prototype.attachShadow = () => { throw 1 };"
        "Array.prototype.push = () => { throw 2 }</script>"
    )
    pictures = await filmed(
        site, tmp_path, Hover(selector="dialog", seconds=1.2), Hold(seconds=0.2), frames=42
    )
    x, y = read_strip(pictures[-1], 2), read_strip(pictures[-1], 3)
    assert dark(pictures[-1], x - 3, y - 3, x + 22, y + 26) > 30


EVERYTHING = LONG.replace(
    "</h2></section>",
    "</h2><input id=i><button onclick='this.textContent++; draw(1, 9)'>0</button></section>",
    4,
).replace(
    "<script>",
    "<style>@keyframes t{to{rotate:1turn}}h2{width:90px;animation:t 3s linear infinite}</style><script>",
    1,
)


async def test_a_tour_of_everything_is_the_same_in_ranges(site: Site, tmp_path: Path) -> None:
    site.serve(EVERYTHING)
    site.serve(LONG, "/two", delay=0.1)
    steps: tuple[TourStep, ...] = (
        Hover(selector="h2", seconds=0.6),
        Scroll(to="#s1", seconds=0.5),
        Highlight(selector="#s1 h2", seconds=0.5),
        Type(selector="#s1 input", text="abc", seconds=1),
        Zoom(selector="#s1 button", seconds=0.4),
        Click(selector="#s1 button", seconds=0.7),
        Wait(seconds=0.1),
        Zoom(seconds=0.3),
        Goto(url=site.url("/two")),
        Scroll(to=0.4, seconds=0.5),
        Hold(seconds=0.2),
    )
    packets = {}
    for name, first, count in (("whole", 0, 147), ("start", 0, 80), ("end", 80, 67)):
        (tmp_path / name).mkdir()
        job = SceneJob(
            source=Tour(url=site.url(), steps=steps), viewport=SMALL, first_frame=first, frame_count=count
        )
        result = await film_scene(job, tmp_path / name, allow_hosts=(site.pair,))
        packets[name] = every_packet(tmp_path / name, result)
    whole, ranges = packets["whole"], packets["start"] + packets["end"]
    assert len(set(whole)) > 90
    assert [n for n, (a, b) in enumerate(zip(whole, ranges, strict=True)) if a != b] == []


ALONE = f"""{HEAD}<body>{STRIP_SCRIPT}<style>@keyframes go{{to{{left:600px}}}}
#m{{position:fixed;left:0;top:200px;width:20px;height:20px;background:#c00;
animation:go 6s linear both}}</style>
<div id=m></div><script src=/late.js></script><script>
let n = 0, f = 0;
draw(0, 0);
setInterval(() => draw(0, ++n), 20);
const every = () => {{ draw(1, f++); requestAnimationFrame(every) }};
requestAnimationFrame(every);
</script>"""


async def test_a_page_left_to_itself_is_filmed_from_its_load(site: Site, tmp_path: Path) -> None:
    site.serve(ALONE)
    site.serve("", "/late.js", headers={"Content-Type": "text/javascript"}, delay=0.4)
    pictures = await filmed(site, tmp_path, frames=60, still=True)
    n = np.arange(60)
    counted = np.array([[read_strip(picture, row) for row in (0, 1)] for picture in pictures])
    assert np.abs(counted[:, 0] - np.floor(n * 50 / 30)).max() <= 1
    assert counted[:, 1].tolist() == n.tolist()
    left = [int(np.flatnonzero(p[210, :, 0].astype(int) - p[210, :, 1] > 100).min()) for p in pictures]
    assert np.abs(np.array(left) - n * 100 / 30).max() <= 2
