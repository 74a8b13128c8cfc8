"""A card before the recorder's camera: the motion starts with frame 0, is short, and then all is still."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from shared.composition.cards import CardFields, Look, TemplateName, intro_card, outro_card, picture_card
from shared.recording import FRAMES, Card, SceneJob, SceneResult, Viewport, film_scene

WIDTH, HEIGHT = 640, 360
TEMPLATES: list[TemplateName] = ["studio", "poster", "letter"]
ENTRANCE_FRAMES, LEAVE_FRAMES = 21, 18
ANA = CardFields(name="Ana Silva", company="Acme", text="How the month closes", page_host="acme.com")
VIEW = {"viewport_width": WIDTH, "viewport_height": HEIGHT}


def a_picture() -> bytes:
    """A JPEG of the viewport's size."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
    encoder.framerate = 1
    grey = av.VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), 240, np.uint8), format="rgb24")
    return b"".join(bytes(packet) for packet in encoder.encode(grey.reformat(format="yuvj420p")))


async def film(html: str, folder: Path, frames: int) -> SceneResult:
    view = Viewport(width=WIDTH, height=HEIGHT)
    job = SceneJob(source=Card(html=html), viewport=view, first_frame=0, frame_count=frames)
    return await film_scene(job, folder)


def pictures(folder: Path) -> list[np.ndarray]:
    with av.open(str(folder / FRAMES)) as film:
        return [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]


@pytest.mark.parametrize("template", TEMPLATES)
async def test_a_card_moves_for_as_few_frames_as_it_says(tmp_path: Path, template: TemplateName) -> None:
    html = intro_card(ANA, Look(template=template), page_image=a_picture(), duration_seconds=3.0, **VIEW)
    result = await film(html, tmp_path, 90)

    assert len(result.durations) <= ENTRANCE_FRAMES + LEAVE_FRAMES + 1
    stands = max(result.durations)
    assert sum(result.durations[: result.durations.index(stands)]) <= ENTRANCE_FRAMES
    assert stands >= 69 - ENTRANCE_FRAMES  # until the page leaves at 2.3 s
    last = pictures(tmp_path)[-1]
    assert (last.min(), last.max()) == pytest.approx((240, 240), abs=4)  # the page, and nothing else


async def test_the_entrance_is_filmed_from_its_start(tmp_path: Path) -> None:
    await film(intro_card(ANA, page_image=a_picture(), **VIEW), tmp_path, 40)

    words = [picture[:, : WIDTH // 3] for picture in pictures(tmp_path)]
    assert words[0].max() < 100
    assert words[-1].max() > 230


@pytest.mark.parametrize("template", TEMPLATES)
async def test_an_outro_comes_in_and_stays(tmp_path: Path, template: TemplateName) -> None:
    html = outro_card(ANA, Look(template=template), page_image=a_picture(), **VIEW)
    result = await film(html, tmp_path, 60)

    assert len(result.durations) <= ENTRANCE_FRAMES + 1
    assert result.durations[-1] >= 60 - ENTRANCE_FRAMES


async def test_a_picture_stands_still(tmp_path: Path) -> None:
    result = await film(picture_card(a_picture(), caption="Acme", **VIEW), tmp_path, 30)

    assert result.durations == (30,)
