"""What pages are made of, in small: what docs/pages.md was filmed of at large."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from shared.recording import Hold, SceneJob, Scroll, Tour, TourStep, Viewport, film_scene
from tests.support.clips import WIDTH, clip
from tests.support.filmed_pages import STRIP_SCRIPT, Pixels, Site, every_frame, read_strip

SMALL = Viewport(width=640, height=360, fps=30)
AFTER_A_HOLD = (Hold(seconds=0.2), Scroll(seconds=1.2, to=1.0), Hold(seconds=0.4))

COUNTER = f"""<!doctype html><body style="margin:0">{STRIP_SCRIPT}<script>
let n = 0;
const every = () => {{ draw(0, n++); requestAnimationFrame(every); }};
requestAnimationFrame(every);
</script>"""

WEBGL = """<script>
const gl = document.querySelector('canvas').getContext('webgl', {preserveDrawingBuffer: true});
let shown = 0;
gl.enable(gl.SCISSOR_TEST);
const paint = () => {
  for (let bit = 0; bit < 16; bit++) {
    const on = shown >> bit & 1;
    gl.scissor(16 * bit, 0, 16, 16);
    gl.clearColor(on, on, on, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }
  shown++;
  requestAnimationFrame(paint);
};
requestAnimationFrame(paint);
</script>"""


async def filmed(folder: Path, count: int, steps: tuple[TourStep, ...], *sites: Site) -> list[Pixels]:
    """The first `count` frames of a tour of the first site, which may show the others."""
    tour = Tour(url=sites[0].url(), steps=steps)
    job = SceneJob(source=tour, viewport=SMALL, first_frame=0, frame_count=count)
    result = await film_scene(job, folder, allow_hosts=tuple(site.pair for site in sites))
    return every_frame(folder, result)


def placed(top: int, element: str) -> str:
    return f'<div style="position:absolute;left:0;top:{top}px;height:32px;overflow:hidden">{element}</div>'


async def test_what_moves_by_itself_follows_the_clock(new_site: Callable[[], Site], tmp_path: Path) -> None:
    site, other = new_site(), new_site()
    site.serve(COUNTER, "/frame")
    other.serve(COUNTER, "/frame")
    site.serve(clip("mp4", ["libx264"], frames=120, fps=30), "/silent", headers={"Content-Type": "video/mp4"})
    sounding = clip("mp4", ["libx264", "aac"], frames=120, fps=30)
    site.serve(sounding, "/sounding", headers={"Content-Type": "video/mp4"}, ranges=True)
    webm = clip("webm", ["libvpx", "libopus"], frames=120, fps=30)
    site.serve(webm, "/webm", headers={"Content-Type": "video/webm"})
    site.serve(clip("gif", ["gif"], frames=40, fps=10), "/gif", headers={"Content-Type": "image/gif"})
    frame = f'width={WIDTH} height=32 style="border:0"'
    parts = [
        "<video src=/silent muted autoplay></video>",
        "<video src=/sounding muted autoplay></video>",
        "<video src=/webm autoplay></video>",  # to be heard
        f"<canvas width={WIDTH} height=16></canvas>",
        f"<iframe src=/frame {frame}></iframe>",
        f"<iframe src={other.url('/frame')} {frame}></iframe>",
        "<img src=/gif>",
    ]
    mover = """<i style="position:absolute;left:0;top:300px;width:20px;height:20px;background:#000"></i>
        <script>document.querySelector('i').animate({left: ['0px', '600px']}, 6000)</script>"""
    body = "".join(placed(32 * index, part) for index, part in enumerate(parts))
    site.serve(f'<!doctype html><body style="background:#888">{body}{mover}{WEBGL}')
    pictures = await filmed(tmp_path, 45, (Hold(seconds=2),), site, other)
    numbers = np.array([[read_strip(picture, 2 * row) for row in range(7)] for picture in pictures])
    n = np.arange(45)
    for index, part in enumerate(parts[:6]):
        assert (numbers[:, index] - numbers[0, index]).tolist() == n.tolist(), part
    assert (numbers[0, :3] % 15).tolist() == [1, 1, 1]  # videos are in step with the page's half seconds
    changes = np.flatnonzero(np.diff(numbers[:, 6]))
    assert np.all(np.diff(numbers[:, 6])[changes] == 1) and np.all(np.diff(changes) == 3)  # GIF, at 10 fps
    lefts = np.array([np.flatnonzero(picture[310].mean(axis=1) < 60).min() for picture in pictures])
    assert np.abs(lefts - lefts[0] - n * 100 / 30).max() <= 1


async def test_lazy_images_are_there_when_they_come_into_view(site: Site, tmp_path: Path) -> None:
    """Until it has loaded each would show green, with a server that takes its time."""
    red = '<svg xmlns="http://www.w3.org/2000/svg"><path fill="red" d="M0 0h300v200H0z"/></svg>'
    look = "display:block;margin:20px auto;width:300px;height:200px;background:#0f0"
    images = [f'<img loading=lazy style="{look}" src=/{index}.svg>' for index in range(40)]
    for index in range(40):
        site.serve(red, f"/{index}.svg", headers={"Content-Type": "image/svg+xml"}, delay=0.2)
    site.serve("<!doctype html><body>" + "".join(images))
    pictures = await filmed(tmp_path, 54, AFTER_A_HOLD, site)
    middle = np.array([picture[:, 320].astype(int) for picture in pictures])
    green = (middle[:, :, 1] > 128) & (middle[:, :, 0] < 128)
    assert not green.any()
    assert "/39.svg" in site.hits
    assert all(((line[:, 0] > 200) & (line[:, 1] < 90)).sum() > 100 for line in middle)


async def test_an_infinite_list_grows_while_it_is_scrolled(site: Site, tmp_path: Path) -> None:
    site.serve("<p>more</p>" * 5, "/more", delay=0.2)
    site.serve(f"""<!doctype html>{STRIP_SCRIPT}<style>p{{margin:0;height:100px}}</style>
        <body><div id=list>{"<p>one</p>" * 8}</div><footer style="height:10px"></footer><script>
        const count = () => draw(0, document.querySelectorAll('p').length);
        const more = async () => {{
          const html = await (await fetch('/more')).text();
          document.querySelector('#list').insertAdjacentHTML('beforeend', html);
          count();
        }};
        new IntersectionObserver((seen) => {{ if (seen[0].isIntersecting) more(); }},
          {{rootMargin: '50px'}}).observe(document.querySelector('footer'));
        count();</script>""")
    pictures = await filmed(tmp_path, 54, AFTER_A_HOLD, site)
    counts = [read_strip(picture) for picture in pictures]
    assert counts[0] == 8
    assert counts[-1] > 8
    (tmp_path / "again").mkdir()
    again = await filmed(tmp_path / "again", 54, AFTER_A_HOLD, site)
    assert [read_strip(picture) for picture in again] == counts


async def test_a_page_from_right_to_left_scrolls_down_under_its_sticky_header(
    site: Site, tmp_path: Path
) -> None:
    site.serve(
        """<!doctype html><html dir=rtl lang=ar><style>body{margin:0} p{height:150px;margin:0}
        header{position:sticky;top:0;height:40px;background:#00f}
        header i{display:block;width:60px;height:40px;background:#f00}</style>
        <body style="width:900px"><header><i></i></header>"""
        + "<p>مرحبا بالعالم</p>" * 12
    )
    pictures = await filmed(tmp_path, 54, AFTER_A_HOLD, site)
    assert len({picture.tobytes() for picture in pictures}) > 20  # it scrolls
    for picture in pictures:
        assert picture[20, 620, 0] > 200 and picture[20, 620, 2] < 90  # its beginning, at the right
        assert picture[20, 300, 2] > 200 and picture[20, 300, 0] < 90
