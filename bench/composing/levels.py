"""What every entrant is to make: the levels of one video, at one preset and CRF."""

from __future__ import annotations

from dataclasses import dataclass

FPS = 30
KEYFRAME_SECONDS = 6


@dataclass(frozen=True)
class Level:
    """A picture's size in pixels, named as players name it."""

    name: str
    width: int
    height: int


LEVELS = (Level("1080p", 1920, 1080), Level("720p", 1280, 720), Level("480p", 854, 480))


@dataclass(frozen=True)
class Encoding:
    """x264's preset and CRF, under the name that our settings have for them."""

    quality: str
    preset: str
    crf: int

    @property
    def x264(self) -> list[str]:
        """FFmpeg's options; B-frames and all else as the preset has them."""
        gop = ["-g", str(KEYFRAME_SECONDS * FPS)]
        return ["-c:v", "libx264", "-preset", self.preset, "-crf", str(self.crf), *gop]


HIGH, MEDIUM = Encoding("high", "slow", 23), Encoding("medium", "medium", 28)
AAC = ["-c:a", "aac", "-b:a", "128k"]
