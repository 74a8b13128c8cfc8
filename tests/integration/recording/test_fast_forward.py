"""What comes before a range passes undrawn, and the range is the one that a whole film has."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from shared.recording import Hold, SceneJob, Scroll, Tour, Viewport, film_scene
from shared.recording.film.camera import Camera
from shared.recording.page.opening import opened
from tests.support.filmed_pages import STRIP_SCRIPT, Site, every_packet, read_strip

SMALL = Viewport(width=640, height=360)
STEPS = (Hold(seconds=0.2), Scroll(to=1, seconds=1.2), Hold(seconds=0.6))

REVEALED = """<style>section{height:180px;margin:20px;background:#cde;opacity:.1;
transition:opacity .4s,transform .4s} .seen{opacity:1;transform:translateX(60px)}</style>
<script>for (let n = 0; n < 12; n++) document.write(`<section>${n} <b></b></section>`);
const watch = new IntersectionObserver((all) => all.forEach((one) => {
  if (one.isIntersecting) one.target.classList.add('seen');
}));
document.querySelectorAll('section').forEach((one) => watch.observe(one));
let frames = 0;
const count = () => { frames++;
  document.querySelectorAll('b').forEach((b) => { b.textContent = frames; }); requestAnimationFrame(count); };
requestAnimationFrame(count);</script>"""
IMAGE = (
    "<h1>A picture that moves by itself</h1><p>It is further down.</p><div style='height:500px'></div>"
    "<img src='/loop.gif'><div style='height:700px'></div>"
)
GROWN = """<div id=box style='width:50px;resize:both;background:#fc0'>x</div><p></p><script>
new ResizeObserver(([one]) => { document.querySelector('p').textContent += ' ' + one.contentRect.width; })
  .observe(box);
box.animate({width: ['50px', '500px']}, {duration: 900, iterations: 2, direction: 'alternate'});
const canvas = document.body.appendChild(document.createElement('canvas')), brush = canvas.getContext('2d');
let n = 0;
const paint = () => { n++; brush.fillStyle = `hsl(${n * 9} 90% 50%)`; 
  brush.fillRect(n * 3 % 250, n % 100, 30, 30); requestAnimationFrame(paint); };
paint();</script><div style='height:900px'></div>"""


def loop_gif(path: Path) -> bytes:
    """A bar that moves a step every tenth of a second."""
    with av.open(str(path), "w", format="gif") as file:
        stream = file.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "rgb8"
        for n in range(20):
            picture = np.full((120, 160, 3), 40, np.uint8)
            picture[:, n * 8 : n * 8 + 8] = 255
            frame = av.VideoFrame.from_ndarray(picture).reformat(format="rgb8")
            frame.pts, frame.time_base = n, Fraction(1, 10)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize("body", [REVEALED, IMAGE, GROWN], ids=["revealed", "image", "grown"])
async def test_a_range_is_what_the_whole_film_has_there(body: str, site: Site, tmp_path: Path) -> None:
    site.serve(f"<!doctype html><meta charset=utf-8><body style='margin:0'>{body}")
    site.serve(loop_gif(tmp_path / "loop.gif"), "/loop.gif", headers={"Content-Type": "image/gif"})
    packets = []
    for first in (0, 33):
        folder = tmp_path / str(first)
        folder.mkdir()
        job = SceneJob(
            source=Tour(url=site.url(), steps=STEPS),
            viewport=SMALL,
            first_frame=first,
            frame_count=50 - first,
        )
        result = await film_scene(job, folder, allow_hosts=(site.pair,))
        packets.append(every_packet(folder, result))
    whole, part = packets
    assert len(set(whole)) > 15
    assert [n for n, (a, b) in enumerate(zip(whole[33:], part, strict=True)) if a != b] == []


async def test_what_changed_while_nothing_was_drawn_is_in_the_next_picture(site: Site) -> None:
    changes = "setTimeout(() => draw(0, 1), 1000); setTimeout(() => draw(0, 2), 2000)"
    site.serve(f"<body>{STRIP_SCRIPT}<script>draw(0, 0); {changes}</script>")
    tour = Tour(url=site.url(), still=True)
    shown = []
    async with opened(tour, SMALL, allow_hosts=(site.pair,)) as stage:
        camera = Camera(stage)
        for first in (0, 20, 40, 70):
            pictures = [jpeg async for jpeg in camera.film(first, 8)]
            assert pictures[0] is not None
            assert pictures[1:] == [None] * 7
            shown.append(pictures[0])
    assert shown[0] == shown[1]
    with_changes = [av.CodecContext.create("mjpeg", "r").decode(av.Packet(jpeg))[0] for jpeg in shown]
    assert [read_strip(picture.to_ndarray(format="rgb24")) for picture in with_changes] == [0, 0, 1, 2]
