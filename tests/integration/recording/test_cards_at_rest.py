"""A card at rest is passed over, and the film is the one that drawing every frame gives."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from shared.recording import Card, SceneJob, SceneResult, Viewport, film_scene
from tests.support.filmed_pages import every_packet

SMALL = Viewport(width=640, height=360, fps=30)
DRAWN = "<!-- setTimeout -->"  # whoever has a timer is watched frame by frame

STYLE = """<!doctype html><meta charset=utf-8><style>body{margin:0;background:#123}
@keyframes on{from{visibility:hidden}to{visibility:visible}}
@keyframes go{to{transform:translateX(300px)}}
@keyframes wait{0%,90%{opacity:0}100%{opacity:1}}
div{position:fixed;left:0;width:60px;height:60px;background:#fc0}
"""
CARDS = {
    "waits-between": "#a{top:0;animation:go .4s linear both}#b{top:90px;animation:go .3s 2s ease-out both}"
    "#c{top:180px;animation:on 1ms 3.0335s step-end both}</style><div id=a></div><div id=b></div>"
    "<div id=c></div>",
    "hidden-progress": "#a{top:0;animation:wait 3s linear both}</style><div id=a></div>",
    "turns-for-ever": "#a{top:0;animation:go 2s 1s steps(2) infinite}</style><div id=a></div>",
    "again-and-again": "#a{top:0;animation:go .2s 1s 3 alternate}</style><div id=a></div>",
    "an-end-that-starts-more": "#a{top:0;animation:on .5s step-end both}"
    "#b{top:90px}#b.on{animation:go .3s 1.2s both}</style><div id=a></div><div id=b></div>"
    "<script>a.onanimationend = () => b.classList.add('on')</script>",
    "a-transition-that-waits": "#a{top:0;transition:left .2s 1.5s linear}</style><div id=a></div>"
    "<script>a.offsetTop; a.style.left = '200px'</script>",
    "by-script": "#a{top:0}</style><div id=a></div>"
    "<script>a.animate([{left: '9px'}, {left: '99px'}], {duration: 200, delay: 2500, fill: 'both'})</script>",
    "in-the-letters": "p::before{content:'x';position:fixed;animation:go .2s 1.8s both}</style><p>card</p>",
}


async def filmed(html: str, folder: Path, frames: int = 105) -> tuple[SceneResult, float]:
    folder.mkdir()
    times = [time.monotonic()]
    job = SceneJob(source=Card(html=html), viewport=SMALL, first_frame=0, frame_count=frames)
    result = await film_scene(job, folder, on_progress=lambda _: times.append(time.monotonic()))
    return result, times[-1] - times[1]


@pytest.mark.parametrize("name", CARDS)
async def test_what_comes_after_a_rest_comes_in_its_frame(name: str, tmp_path: Path) -> None:
    html = STYLE + CARDS[name]
    passed, _ = await filmed(html, tmp_path / "passed")
    drawn, _ = await filmed(html + DRAWN, tmp_path / "drawn")
    assert passed.durations == drawn.durations
    assert len(drawn.durations) > 1
    assert every_packet(tmp_path / "passed", passed) == every_packet(tmp_path / "drawn", drawn)


async def test_a_long_rest_costs_next_to_nothing(tmp_path: Path) -> None:
    html = STYLE + CARDS["waits-between"]
    short, seconds = await filmed(html, tmp_path / "short", frames=120)
    long, more = await filmed(html, tmp_path / "long", frames=1800)
    assert long.durations[:-1] == short.durations[:-1]
    assert sum(long.durations) == 1800
    assert more < seconds + 1.5  # drawing 1680 frames takes 4 s or more
