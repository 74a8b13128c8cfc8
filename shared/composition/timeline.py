"""The plan of a video as data: which scene is seen and which words are heard, frame by frame."""

from __future__ import annotations

from itertools import accumulate

from pydantic import Field

from shared.recording import Viewport
from shared.scripting import SceneType
from shared.values import Value
from shared.voice import Word


class Narration(Value):
    """What is heard during a scene.

    audio_key: storage key of a WAV. offset_seconds: from the scene's start to the audio's.
    words: relative to the audio's start.
    """

    audio_key: str
    offset_seconds: float = Field(ge=0)
    duration_seconds: float = Field(gt=0)
    words: tuple[Word, ...]


class Scene(Value):
    """A stretch of the video. job: storage prefix of the recorder's job whose frames it shows."""

    title: str
    scene_type: SceneType
    job: str
    frame_count: int = Field(gt=0)
    narration: Narration | None = None


class Timeline(Value):
    """Scenes, one after the other."""

    viewport: Viewport
    scenes: tuple[Scene, ...] = Field(min_length=1)

    @property
    def frame_count(self) -> int:
        return sum(scene.frame_count for scene in self.scenes)

    @property
    def duration_seconds(self) -> float:
        return self.frame_count / self.viewport.fps

    def first_frames(self) -> list[int]:
        """The frame of the video at which each scene starts."""
        return [0, *accumulate(scene.frame_count for scene in self.scenes)][:-1]
