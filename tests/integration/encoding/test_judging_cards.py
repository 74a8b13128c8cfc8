"""A card has few pictures, and fewer are held against its clip: too coarse an encode is told all the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared.composition.cards import CardFields, intro_card
from shared.encoding import Shot
from shared.encoding.footage import Footage
from shared.encoding.levels import FEWEST, encode_levels
from shared.media.limits import is_good
from shared.media.presets import EncoderSettings, ladder
from shared.recording import FRAMES, Card, SceneJob, SceneResult, Viewport, film_scene
from tests.support.moving import page
from tests.support.recorded_scenes import jpeg

VIEW = Viewport(width=1920, height=1080, fps=30)
FRAME_COUNT = 90
LEVELS = ladder(*VIEW.pixels, (480,))
HIGH = EncoderSettings(quality="high", preset="slow", crf=23)


@pytest.fixture
async def card(tmp_path: Path) -> SceneResult:
    """A greeting before a page of text, filmed into `tmp_path`."""
    text = np.kron(page(225, 40), np.ones((2, 2), np.uint8))
    shown = np.full((VIEW.height, VIEW.width, 3), 225, np.uint8)
    shown[: text.shape[0], : text.shape[1]] = text[:, :, np.newaxis]
    fields = CardFields(name="Ana Silva", company="Acme", text="How the month closes", page_host="acme.com")
    html = intro_card(fields, page_image=jpeg(shown), duration_seconds=FRAME_COUNT / VIEW.fps)
    job = SceneJob(source=Card(html=html), viewport=VIEW, first_frame=0, frame_count=FRAME_COUNT)
    return await film_scene(job, tmp_path)


def test_nine_crf_more_fail_at_every_level(card: SceneResult, tmp_path: Path) -> None:
    shot = Shot(frames="card", fps=VIEW.fps, frame_count=FRAME_COUNT)
    clips = [(level, tmp_path / f"{level.name}.mp4") for level in LEVELS]
    for more, good in ((0, True), (9, False)):
        footage = Footage(shot, (tmp_path / FRAMES, card), [])
        encoder = HIGH.model_copy(update={"crf": HIGH.crf + more})
        judged = encode_levels(footage, footage.spans(180), clips, encoder)
        for level, scores in zip(LEVELS, judged, strict=True):
            assert FEWEST <= scores.frames < len(card.durations) / 2
            assert is_good(scores, "high", level.height) == good, (level, scores)
