"""Quality presets, and the levels that a picture is made in."""

from __future__ import annotations

import pytest

from shared.media.presets import EncoderSettings, Quality, ladder
from shared.settings import Settings


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


def sizes(width: int, height: int, *heights: int) -> list[tuple[str, int, int]]:
    return [(level.name, level.width, level.height) for level in ladder(width, height, heights)]


HD, SEMI, SD = ("1080p", 1920, 1080), ("720p", 1280, 720), ("480p", 854, 480)


@pytest.mark.parametrize(
    ("heights", "levels"),
    [
        ((1080, 720, 480), [HD, SEMI, SD]),
        ((480, 720, 1080, 720), [HD, SEMI, SD]),
        ((720,), [HD, SEMI]),
        ((), [HD]),
        ((2160, 1440, 1080), [HD]),
    ],
    ids=["all", "unsorted", "one", "none", "larger ones"],
)
def test_levels_of_full_hd(heights: tuple[int, ...], levels: list[tuple[str, int, int]]) -> None:
    assert sizes(1920, 1080, *heights) == levels


def test_the_levels_of_an_upright_video_are_named_by_its_width() -> None:
    assert sizes(1080, 1920, 720, 480) == [("1080p", 1080, 1920), ("720p", 720, 1280), ("480p", 480, 854)]


@pytest.mark.parametrize(
    ("width", "height", "levels"),
    [
        (853, 481, [("480p", 852, 480)]),
        (855, 483, [("482p", 854, 482), ("480p", 850, 480)]),
        (1366, 768, [("768p", 1366, 768), ("720p", 1280, 720), ("480p", 854, 480)]),
        (640, 360, [("360p", 640, 360)]),
        (1000, 1000, [("1000p", 1000, 1000), ("720p", 720, 720), ("480p", 480, 480)]),
        (4000, 500, [("500p", 4000, 500), ("480p", 3840, 480)]),
    ],
)
def test_levels_of_other_sizes(width: int, height: int, levels: list[tuple[str, int, int]]) -> None:
    assert sizes(width, height, 1080, 720, 480) == levels


@pytest.mark.parametrize("short", range(161, 400, 17))
@pytest.mark.parametrize("ratio", [1.0, 4 / 3, 16 / 9, 21 / 9])
def test_sides_are_even_and_nearly_of_one_shape(short: int, ratio: float) -> None:
    width = round(short * ratio)
    for level in ladder(width, short, (160, 120)):
        assert level.width % 2 == level.height % 2 == 0
        assert abs(level.width - level.height * width / short) < 1 + ratio * 1.01
