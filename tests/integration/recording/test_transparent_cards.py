"""A card on no ground is filmed with alpha, frame by frame; what a card says is kept beside its frames."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import av
import numpy as np

from shared.recording import FRAMES, Card, SceneJob, SceneResult, Tour, Viewport, film_scene
from tests.support.filmed_pages import Site

SMALL = Viewport(width=640, height=360, fps=30)
# each box appears a few milliseconds before the frame that first shows it
BOXES = """<!doctype html><style>body{margin:0}
@keyframes on{from{visibility:hidden}to{visibility:visible}}
div{position:fixed;top:0;width:100px;height:100px;visibility:hidden;animation:on 1ms step-end both}
#solid{left:0;background:#f00;animation-delay:95ms}
#half{left:200px;background:rgb(0 128 255/50%);animation-delay:.495s}
#late{left:400px;background:#fff;animation-delay:.795s}
</style><div id=solid></div><div id=half></div><div id=late></div>"""
APPEAR = (0, 3, 15, 24)


async def filmed(source: Card | Tour, folder: Path, count: int, *allow: str) -> SceneResult:
    job = SceneJob(source=source, viewport=SMALL, first_frame=0, frame_count=count)
    return await film_scene(job, folder, allow_hosts=allow)


async def test_boxes_on_no_ground_appear_in_their_frames(tmp_path: Path) -> None:
    folder = tmp_path / "it's [odd] | here: "  # what some of FFmpeg's containers read as their own signs
    folder.mkdir()
    result = await filmed(Card(html=BOXES, transparent=True), folder, 40)
    assert result.durations == (3, 12, 9, 16)
    assert sum(result.durations) == result.frame_count == 40
    with av.open(str(folder / FRAMES)) as film:
        assert film.streams.video[0].codec_context.name == "png"
        pictures = list(film.decode(video=0))
    assert [picture.format.name for picture in pictures] == ["rgba"] * 4
    starts = [0, *accumulate(result.durations)][:-1]
    assert [round(picture.time * 30) for picture in pictures if picture.time is not None] == starts
    assert starts == list(APPEAR)
    for frame, picture in zip(starts, pictures, strict=True):
        pixels = picture.to_ndarray(format="rgba")
        expected = np.zeros((360, 640, 4), np.uint8)
        for left, since, colour in (
            (0, 3, (255, 0, 0, 255)),
            (200, 15, (0, 128, 255, 128)),
            (400, 24, (255,) * 4),
        ):
            if frame >= since:
                expected[:100, left : left + 100] = colour
        assert np.array_equal(pixels, expected)


async def test_a_card_on_its_own_ground_is_filmed_as_jpeg(tmp_path: Path) -> None:
    result = await filmed(Card(html=BOXES), tmp_path, 30)
    assert result.durations == (3, 12, 15)  # white on white is no change
    with av.open(str(tmp_path / FRAMES)) as film:
        assert film.streams.video[0].codec_context.name == "mjpeg"
        last = list(film.decode(video=0))[-1].to_ndarray(format="rgb24")
    assert last[300, 300].min() > 250  # white, as paper


async def test_what_a_card_says_in_the_end_is_kept(tmp_path: Path) -> None:
    html = (
        "<!doctype html><meta charset=utf-8><p>Hello <bdi>Ana Ñandú</bdi> of</p><p id=late></p>"
        "<p style='display:none'>hidden</p><script>setTimeout(() => late.textContent = 'Acme 李', 600);"
        "Object.defineProperty(document.body, 'innerText', {value: 'something else'})</script>"
    )
    result = await filmed(Card(html=html), tmp_path, 30)
    assert result.shown_text.split() == ["Hello", "Ana", "Ñandú", "of", "Acme", "李"]


async def test_no_more_of_it_is_kept_than_a_reader_needs(tmp_path: Path) -> None:
    result = await filmed(Card(html=f"<!doctype html><body>{'word ' * 3000}"), tmp_path, 2)
    assert len(result.shown_text) == 5000


async def test_a_tour_says_nothing_of_its_own(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>A page</h1>")
    result = await filmed(Tour(url=site.url()), tmp_path, 2, site.pair)
    assert result.shown_text == ""
