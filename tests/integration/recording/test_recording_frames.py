"""Frame n shows the page at n/fps: in JavaScript, in CSS, while scrolling, whole or cut into ranges."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from shared.recording import Card, Hold, SceneJob, Scroll, Tour, TourStep, Viewport, film_scene
from tests.support.filmed_pages import STRIP_SCRIPT, Site, every_frame, every_packet, read_strip

SMALL = Viewport(width=640, height=360, fps=30)
HOLD: tuple[TourStep, ...] = (Hold(seconds=2),)

CLOCKS = f"""<!doctype html><meta charset=utf-8><body style="margin:0;background:#888">{STRIP_SCRIPT}
<div id=mover style="position:fixed;left:0;top:200px;width:20px;height:20px;background:#f00"></div>
<style>@keyframes go {{ to {{ transform: translateX(600px) }} }}
#mover {{ animation: go 6s linear infinite }}</style>
<script>
let ticks = 0, frames = 0, fetched = 0;
const began = performance.now();
setInterval(() => {{ ticks++; }}, 20);
const ask = async () => {{ await (await fetch('/slow')).text(); fetched++; setTimeout(ask, 100); }};
if (location.hash) ask();
const born = Date.now();
const every = (now) => {{
  frames++;
  draw(0, ticks); draw(1, frames); draw(2, Math.round(now)); draw(3, Math.round(performance.now()));
  draw(4, Date.now() - born); draw(5, fetched); draw(6, Math.round(10 * (performance.now() - began)));
  requestAnimationFrame(every);
}};
requestAnimationFrame(every);
</script>"""


def job(source: Tour | Card, count: int, first: int = 0, viewport: Viewport = SMALL) -> SceneJob:
    return SceneJob(source=source, viewport=viewport, first_frame=first, frame_count=count)


def mover_at(picture: np.ndarray) -> float:
    """The left edge of the red square, in pixels."""
    line = picture[210].astype(int)
    return float(np.flatnonzero((line[:, 0] > 180) & (line[:, 1] < 90)).min())


async def test_every_clock_of_the_page_says_n_over_fps(site: Site, tmp_path: Path) -> None:
    site.serve(CLOCKS)
    site.serve("ok", "/slow", delay=0.3)
    tour = Tour(url=site.url("/#fetch"), steps=HOLD)
    result = await film_scene(job(tour, 45), tmp_path, allow_hosts=(site.pair,))
    assert (result.frame_count, result.width, result.height, result.fps) == (45, 640, 360, 30)
    assert sum(result.durations) == 45
    pictures = every_frame(tmp_path, result)
    rows = np.array([[read_strip(picture, row) for row in range(7)] for picture in pictures])
    n = np.arange(45)
    due, rest = np.divmod(rows[:, 6], 200)
    fired = rows[:, 0]
    assert np.all((fired == due) | ((rest == 0) & (fired == due - 1)))  # setInterval at 50 Hz
    rows -= rows[0]
    assert rows[:, 1].tolist() == n.tolist()  # one requestAnimationFrame a frame
    for clock in (2, 3, 4):  # rAF's time, performance.now, Date, in milliseconds
        assert np.abs(rows[:, clock] - n * 1000 / 30).max() <= 1
    assert rows[-1, 5] >= 10  # many fetches of 0.3 s happened within the page's 1.5 s
    moved = np.array([mover_at(picture) for picture in pictures])
    assert np.abs(moved - moved[0] - n * 100 / 30).max() <= 2  # JPEG halves colour


async def test_the_same_tour_gives_the_same_frames_whole_or_in_ranges(site: Site, tmp_path: Path) -> None:
    site.serve(BUSY)
    ticking = "let ticks = 0; setInterval(() => draw(1, ++ticks), 25)"
    site.serve(ticking, "/slow.js", headers={"Content-Type": "text/javascript"})
    steps = (Hold(seconds=0.5), Scroll(seconds=1, to=0.7), Hold(seconds=0.5))
    packets = {}
    # at once, slowly, and somewhere between: the network changes nothing
    for name, first, count, delay in (("whole", 0, 60, 0), ("start", 0, 22, 0.4), ("end", 22, 38, 0.1)):
        folder = tmp_path / name
        folder.mkdir()
        site.answers["/slow.js"].delay = delay
        source = Tour(url=site.url(), steps=steps)
        result = await film_scene(job(source, count, first), folder, allow_hosts=(site.pair,))
        packets[name] = every_packet(folder, result)
    assert len(set(packets["whole"])) > 30
    different = [
        n
        for n, (a, b) in enumerate(zip(packets["whole"], packets["start"] + packets["end"], strict=True))
        if a != b
    ]
    assert different == []


BUSY = f"""<!doctype html><meta charset=utf-8>{STRIP_SCRIPT}
<style>body{{margin:0;font:18px sans-serif}} header{{position:sticky;top:0;background:#fff;padding:20px}}
p{{margin:40px;background:linear-gradient(90deg,#fed,#def);box-shadow:0 3px 9px #0006}}
@keyframes turn{{to{{rotate:1turn}}}} i{{display:inline-block;width:30px;height:30px;background:teal;
animation:turn 1.7s linear infinite}}</style>
<script src=/slow.js></script><body><header>Sticky <i></i></header>
<script>
for (let i = 0; i < 40; i++) document.write(`<p>${{i}} ${{Math.random()}} ${{Date.now()}}</p>`);
setInterval(() => {{ document.querySelector('p').textContent = Math.random(); }}, 250);
addEventListener('scroll', () => draw(0, scrollY));
</script>"""


async def test_a_still_page_is_kept_once(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>Nothing moves here</h1>")
    result = await film_scene(job(Tour(url=site.url(), steps=HOLD), 60), tmp_path, allow_hosts=(site.pair,))
    assert result.durations == (60,)
    assert len(every_frame(tmp_path, result)) == 60


async def test_a_change_in_a_still_page_is_seen_in_its_frame(site: Site, tmp_path: Path) -> None:
    blink = "setTimeout(() => draw(0, 1), 1000); setTimeout(() => draw(0, 2), 1500)"
    site.serve(f"<body>{STRIP_SCRIPT}<script>draw(0, 0); {blink}</script>")
    result = await film_scene(job(Tour(url=site.url(), steps=HOLD), 45), tmp_path, allow_hosts=(site.pair,))
    shown = [read_strip(picture) for picture in every_frame(tmp_path, result)]
    assert shown == sorted(shown)
    assert [shown.count(number) for number in (1, 2)] == [15, 45 - shown.index(2)]
    assert len(result.durations) == 3


async def test_scrolling_is_even_and_ends_where_it_should(site: Site, tmp_path: Path) -> None:
    site.serve(
        f"<!doctype html><style>html{{scroll-behavior:smooth;scroll-snap-type:y mandatory}}body{{margin:0}}"
        "section{height:100vh;scroll-snap-align:start}</style>"
        f"<body>{'<section>x</section>' * 9}{STRIP_SCRIPT}"
        "<script>draw(0, 0); addEventListener('scroll', () => draw(0, scrollY))</script>"
    )
    steps = (Hold(seconds=0.2), Scroll(seconds=1.5, to=0.55), Hold(seconds=0.3), Scroll(seconds=1, to=1))
    tour = Tour(url=site.url(), steps=steps)
    result = await film_scene(job(tour, 95), tmp_path, allow_hosts=(site.pair,))
    tops = [read_strip(picture) for picture in every_frame(tmp_path, result)]
    assert tops[:7] == [0] * 7
    assert tops[51:61] == [round(8 * 360 * 0.55)] * 10
    assert tops[-5:] == [8 * 360] * 5
    hops = np.diff(tops[6:52])
    assert hops.min() >= 0
    assert np.abs(np.diff(hops)).max() <= 8  # no jerk: the pace changes by a few pixels a frame


async def test_a_page_that_scrolls_in_a_box_is_scrolled_there(site: Site, tmp_path: Path) -> None:
    site.serve(
        "<!doctype html><style>body{margin:0;overflow:hidden}main{height:100vh;overflow:auto}</style>"
        f"<body><main><div style='height:2000px'></div></main>{STRIP_SCRIPT}<script>draw(0, 0);"
        "const main = document.querySelector('main'); main.onscroll = () => draw(0, main.scrollTop)</script>"
    )
    tour = Tour(url=site.url(), steps=(Scroll(seconds=0.5, to=0.5),))
    result = await film_scene(job(tour, 20), tmp_path, allow_hosts=(site.pair,))
    assert read_strip(every_frame(tmp_path, result)[-1]) == (2000 - 360) // 2


async def test_a_card_starts_at_its_load_and_reaches_no_network(site: Site, tmp_path: Path) -> None:
    site.serve(b"", "/spy.png")
    card = Card(
        html="<!doctype html><meta charset=utf-8><style>@keyframes go{to{transform:translateX(600px)}}"
        "#mover{position:fixed;left:0;top:200px;width:20px;height:20px;background:#f00;"
        "animation:go 2s linear both}</style><div id=mover></div>"
        f"<h1>Ana “Ñandú” 李 مرحبا 🎉</h1><img src='{site.url('/spy.png')}'>"
    )
    result = await film_scene(job(card, 30), tmp_path, allow_hosts=(site.pair,))
    moved = np.array([mover_at(picture) for picture in every_frame(tmp_path, result)])
    assert np.abs(moved - np.arange(30) * 10).max() <= 2
    assert site.hits == []


async def test_sizes_rates_and_scales(site: Site, tmp_path: Path) -> None:
    site.serve(CLOCKS)
    view = Viewport(width=360, height=640, fps=24, device_scale=2)
    result = await film_scene(
        job(Tour(url=site.url(), steps=HOLD), 12, viewport=view), tmp_path, allow_hosts=(site.pair,)
    )
    pictures = every_frame(tmp_path, result)
    assert (result.width, result.height) == (720, 1280)
    assert {picture.shape for picture in pictures} == {(1280, 720, 3)}
    times = [read_strip(picture[::2, ::2], 2) for picture in pictures]
    assert np.abs(np.array(times) - times[0] - np.arange(12) * 1000 / 24).max() <= 1


async def test_progress_is_told_up_to_the_last_frame(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>x</h1>")
    told: list[int] = []
    await film_scene(
        job(Tour(url=site.url(), steps=HOLD), 12),
        tmp_path,
        allow_hosts=(site.pair,),
        on_progress=lambda progress: told.append(progress.frames_done),
    )
    assert told == list(range(1, 13))
