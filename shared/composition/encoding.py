"""How pictures are encoded: quality presets, and what all clips have in common so that they join."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.recording import Viewport
from shared.settings import Crf, Settings, X264Preset
from shared.values import Value

Quality = Literal["ultra", "high", "medium", "fast", "preview"]

ENCODER_VERSION = 1
"""Part of every clip's key: raise it when the same settings give other pixels or other headers."""


class EncoderSettings(Value):
    """keyframe_seconds: distance of the keyframes, which are where a player can seek and HLS can cut.

    threads: fixed, because x264's choices depend on it.
    """

    preset: X264Preset
    crf: Crf
    keyframe_seconds: int = Field(4, ge=1)
    threads: int = Field(3, ge=1)

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
        return cls(preset=preset, crf=crf)

    def output_options(self, fps: int) -> dict[str, str | int]:
        """FFmpeg's output options for a clip.

        No B-frames: presentation starts at zero without an edit list, which HLS needs at its joints; on
        screen content they saved nothing (docs/decisions.md). Every keyframe closes its GOP and none is put
        at a scene change, so all levels of a clip can be cut at the same frames. `stitchable` keeps the
        headers equal from clip to clip.
        """
        return {
            "c:v": "libx264",
            "preset": self.preset,
            "crf": self.crf,
            "pix_fmt": "yuv420p",
            "profile:v": "high",
            "bf": 0,
            "g": self.keyframe_seconds * fps,
            "sc_threshold": 0,
            "threads": self.threads,
            "x264-params": "stitchable=1:open-gop=0",
            "video_track_timescale": timescale(fps),
        }


class Picture(Value):
    """What a clip looks like from outside: its size in pixels, its rate and its length."""

    width: int
    height: int
    fps: int
    frame_count: int

    @classmethod
    def of(cls, viewport: Viewport, frame_count: int) -> Picture:
        """A viewport's pixels; odd sides, which yuv420p can't hold, lose a row or a column."""
        width, height = (side // 2 * 2 for side in viewport.pixels)
        return cls(width=width, height=height, fps=viewport.fps, frame_count=frame_count)


def timescale(fps: int) -> int:
    """Ticks a second of every clip and video: a frame is 512 of them."""
    return fps * 512
