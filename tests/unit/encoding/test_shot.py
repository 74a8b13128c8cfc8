"""The name of a clip: everything that shapes its pixels changes it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from shared.composition import Narration, Scene, Timeline
from shared.encoding import Shot, clip_prefix, shot_key
from shared.encoding import shot as shots
from shared.media.presets import EncoderSettings
from shared.recording import Viewport

SHOT = Shot(frames="recordings/1/scenes/a", frame_count=60, fps=30)
ENCODER = EncoderSettings(preset="slow", crf=23)


@pytest.mark.parametrize(
    "change",
    [
        {"frames": "recordings/1/scenes/b"}, {"first_frame": 30}, {"frame_count": 61}, {"fps": 25},
        {"held": 3}, {"overlays": ("recordings/1/scenes/o",)}, {"fade_in": 9}, {"fade_out": 9},
        {"ground": "#ffffff"},
    ],
)  # fmt: skip
def test_what_a_shot_shows_is_in_its_key(change: dict[str, Any]) -> None:
    assert shot_key(SHOT.model_copy(update=change), ENCODER) != shot_key(SHOT, ENCODER)


def test_every_field_of_a_shot_is_tried_above() -> None:
    assert set(Shot.model_fields) == {
        "frames", "first_frame", "frame_count", "fps", "held", "overlays", "fade_in", "fade_out", "ground",
    }  # fmt: skip


def test_the_order_of_overlays_is_in_the_key() -> None:
    one, other = (SHOT.model_copy(update={"overlays": names}) for names in (("a", "b"), ("b", "a")))
    assert shot_key(one, ENCODER) != shot_key(other, ENCODER)


@pytest.mark.parametrize("change", [{"preset": "fast"}, {"crf": 24}, {"keyframe_seconds": 2}])
def test_how_it_is_encoded_is_in_its_key(change: dict[str, Any]) -> None:
    assert shot_key(SHOT, ENCODER.model_copy(update=change)) != shot_key(SHOT, ENCODER)


@pytest.mark.parametrize("version", ["SHOT_VERSION", "ENCODER_VERSION"])
def test_a_raised_version_makes_new_keys(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shot_key(SHOT, ENCODER)
    monkeypatch.setattr(shots, version, getattr(shots, version) + 1)
    assert shot_key(SHOT, ENCODER) != before


def test_equal_shots_have_one_key() -> None:
    again = Shot.model_validate_json(SHOT.model_dump_json())
    assert shot_key(again, ENCODER.model_copy()) == shot_key(SHOT, ENCODER)


def test_clips_are_of_a_workspace() -> None:
    key = shot_key(SHOT, ENCODER)
    assert clip_prefix(7, SHOT, ENCODER) == f"clips/7/{key}"
    assert len(key) == 64 and int(key, 16)


def test_what_is_heard_and_what_a_scene_is_called_is_not_in_the_key() -> None:
    scene = Scene(title="a", scene_type="demo", job="recordings/1/scenes/a", frame_count=60)
    voice = Narration(audio_key="v.wav", offset_seconds=0.4, duration_seconds=1, words=())
    other = scene.model_copy(update={"title": "b", "scene_type": "proof", "narration": voice})
    timelines = [Timeline(viewport=Viewport(), scenes=(one,)) for one in (scene, other)]
    assert timelines[0].shots == timelines[1].shots


def test_a_scene_hands_its_shot_all_that_shapes_it() -> None:
    scene = Scene(
        title="a", scene_type="demo", job="j", first_frame=30, frame_count=90, overlays=("o",), fade_in=3,
        fade_out=4,
    )  # fmt: skip
    [shot] = Timeline(viewport=Viewport(fps=25), scenes=(scene,), ground="#102030").shots
    assert shot == Shot(
        frames="j", first_frame=30, frame_count=90, fps=25, overlays=("o",), fade_in=3, fade_out=4,
        ground="#102030",
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"frame_count": 0}, {"first_frame": -1}, {"fps": 0}, {"fade_in": -1}, {"ground": "black"}]
)
def test_shots_that_can_not_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Shot.model_validate(SHOT.model_dump() | wrong)
