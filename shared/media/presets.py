"""How pictures are encoded: quality presets, levels, and what all films have in common so that they join."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.settings import Crf, Settings, X264Preset
from shared.values import Value

Quality = Literal["ultra", "high", "medium", "fast", "preview"]

LEVEL_HEIGHTS = (1080, 720, 480)
"""The levels of the ladder, by their shorter side in pixels."""


class EncoderSettings(Value):
    """What x264 is told, and which quality is promised (`shared.media.limits`).

    keyframe_seconds: how far apart key frames are, and how long HLS segments.
    """

    quality: Quality = "high"
    preset: X264Preset
    crf: Crf
    keyframe_seconds: int = Field(6, ge=1)

    @classmethod
    def from_settings(cls, settings: Settings, quality: Quality = "high") -> EncoderSettings:
        """The preset and CRF that VIDEO_PRESET_* and VIDEO_CRF_* give a quality; CRF_LOW goes with fast."""
        preset, crf = {
            "ultra": (settings.video_preset_ultra, settings.video_crf_ultra),
            "high": (settings.video_preset_high, settings.video_crf_high),
            "medium": (settings.video_preset_medium, settings.video_crf_medium),
            "fast": (settings.video_preset_fast, settings.video_crf_low),
            "preview": ("ultrafast", 28),
        }[quality]
        return cls(quality=quality, preset=preset, crf=crf)


class Level(Value):
    """A size of a video: its name, such as `720p`, and its sides in pixels, both even."""

    name: str
    width: int
    height: int


def ladder(width: int, height: int, heights: tuple[int, ...] = LEVEL_HEIGHTS) -> tuple[Level, ...]:
    """The levels of a picture, the largest first: its own size, and those of `heights` that are smaller.

    A level is named by its shorter side, so an upright video's 720p is 720 pixels wide. Odd sides, which
    yuv420p can't hold, lose a row or a column.
    """
    width, height = width // 2 * 2, height // 2 * 2
    short = min(width, height)
    sides = [short, *sorted((side for side in set(heights) if side < short), reverse=True)]
    return tuple(
        Level(name=f"{side}p", width=_even(width * side / short), height=_even(height * side / short))
        for side in sides
    )


def _even(side: float) -> int:
    return round(side / 2) * 2
