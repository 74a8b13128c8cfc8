"""Quality presets, and the keys of clips."""

from __future__ import annotations

from pathlib import Path

import pytest
from shared.composition.clips import ClipStore

from shared.composition import EncoderSettings, Quality, Scene
from shared.media.presets import Picture
from shared.recording import Viewport
from shared.settings import Settings
from shared.storage import FileStorage


@pytest.mark.parametrize(
    ("quality", "preset", "crf"),
    [
        ("ultra", "veryslow", 18), ("high", "slow", 23), ("medium", "medium", 28), ("fast", "fast", 32),
        ("preview", "ultrafast", 28),
    ],
)  # fmt: skip
def test_presets(quality: Quality, preset: str, crf: int) -> None:
    encoder = EncoderSettings.from_settings(Settings(), quality)
    assert (encoder.preset, encoder.crf) == (preset, crf)


def test_settings_shape_the_presets() -> None:
    settings = Settings(video_preset_high="veryfast", video_crf_low=40)
    assert EncoderSettings.from_settings(settings, "high").preset == "veryfast"
    assert EncoderSettings.from_settings(settings, "fast").crf == 40


def test_the_key_names_the_workspace_and_everything_that_shapes_the_clip(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    scene = Scene(title="a", scene_type="demo", job="recordings/1/scenes/x", frame_count=30)
    picture = Picture.of(Viewport(), 30)
    encoder = EncoderSettings(preset="slow", crf=23)
    store = ClipStore(storage, "clips/1", "n9.0.2")
    key = store.key(scene, picture, encoder)
    assert key.startswith("clips/1/") and key.endswith(".mp4")
    assert key == ClipStore(storage, "clips/1/", "n9.0.2").key(
        scene.model_copy(update={"title": "b"}), picture, encoder
    )
    others = {
        ClipStore(storage, "clips/2", "n9.0.2").key(scene, picture, encoder),
        ClipStore(storage, "clips/1", "n9.1").key(scene, picture, encoder),
        store.key(scene.model_copy(update={"job": "recordings/1/scenes/y"}), picture, encoder),
        *(
            store.key(scene, picture.model_copy(update={part: value}), encoder)
            for part, value in {"width": 1280, "height": 720, "fps": 25, "frame_count": 31}.items()
        ),
        *(
            store.key(scene, picture, encoder.model_copy(update={part: value}))
            for part, value in {"preset": "fast", "crf": 28, "keyframe_seconds": 2, "threads": 4}.items()
        ),
    }
    assert len(others | {key}) == 12


@pytest.mark.parametrize(
    ("viewport", "size"),
    [
        (Viewport(), (1920, 1080)),
        (Viewport(width=1280, height=720, device_scale=1.5), (1920, 1080)),
        (Viewport(width=162, height=162, device_scale=1.25), (202, 202)),
    ],
)
def test_sizes_are_even(viewport: Viewport, size: tuple[int, int]) -> None:
    picture = Picture.of(viewport, 1)
    assert (picture.width, picture.height) == size
