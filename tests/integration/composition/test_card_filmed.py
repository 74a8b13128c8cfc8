"""A card before the recorder's camera: the motion starts with frame 0, ends, and the rest is one picture."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from shared.composition.cards import intro_card
from shared.recording import FRAMES, Card, SceneJob, Viewport, film_scene
from tests.support.filmed_pages import every_packet

WIDTH, HEIGHT = 640, 360
ENTRANCE_FRAMES = 40


def a_picture() -> bytes:
    """A JPEG of the viewport's size."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
    encoder.framerate = 1
    grey = av.VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), 240, np.uint8), format="rgb24")
    return b"".join(bytes(packet) for packet in encoder.encode(grey.reformat(format="yuvj420p")))


async def test_the_entrance_is_filmed_from_its_start_and_then_nothing_moves(tmp_path: Path) -> None:
    html = intro_card("Ana", "Acme", page_image=a_picture(), viewport_width=WIDTH, viewport_height=HEIGHT)
    view = Viewport(width=WIDTH, height=HEIGHT)
    job = SceneJob(source=Card(html=html), viewport=view, first_frame=0, frame_count=60)
    result = await film_scene(job, tmp_path)

    with av.open(str(tmp_path / FRAMES)) as film:
        words = [frame.to_ndarray(format="gray")[:, : WIDTH // 3] for frame in film.decode(video=0)]
    assert words[0].max() < 100
    assert words[-1].max() > 230
    assert len(words) <= ENTRANCE_FRAMES + 1
    assert result.durations[-1] >= 60 - ENTRANCE_FRAMES


async def test_a_greeting_is_the_same_whether_its_rest_is_drawn_or_passed_over(tmp_path: Path) -> None:
    html = intro_card("Ana", "Acme", page_image=a_picture(), duration_seconds=5, viewport_width=WIDTH)
    films = []
    for name, card in (("passed", html), ("again", html), ("drawn", f"{html}<!-- setTimeout -->")):
        folder = tmp_path / name
        folder.mkdir()
        view = Viewport(width=WIDTH, height=HEIGHT)
        job = SceneJob(source=Card(html=card), viewport=view, first_frame=0, frame_count=150)
        result = await film_scene(job, folder)
        films.append((result.durations, every_packet(folder, result)))
    assert films[0] == films[1] == films[2]
    assert len(films[0][0]) > ENTRANCE_FRAMES / 2
