"""The plan of a video as data: which scene is seen and which words are heard, frame by frame."""

from __future__ import annotations

from itertools import accumulate
from typing import Literal

from pydantic import Field

from shared.encoding import Shot
from shared.media.presets import EncoderSettings, Level, ladder
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
    """A stretch of the video, of which a clip is made.

    job: storage prefix of the recorder's job whose frames it shows, from `first_frame` on. overlays: of jobs
    whose frames lie over it. held: how many of its frames come after the job's last picture, which stands on.
    fade_in, fade_out: frames in which it comes out of the ground, or goes into it.
    """

    title: str
    scene_type: SceneType
    shows: Literal["card", "page", "media"] = "page"
    job: str
    first_frame: int = Field(0, ge=0)
    frame_count: int = Field(gt=0)
    held: int = Field(0, ge=0)
    overlays: tuple[str, ...] = ()
    fade_in: int = Field(0, ge=0)
    fade_out: int = Field(0, ge=0)
    narration: Narration | None = None


class Names(Value):
    """What the cards must show: the lead's name, and the company unless it is blank."""

    name: str = ""
    company: str = ""


class Timeline(Value):
    """Scenes, one after the other, and how they are encoded.

    heights: the levels beside the viewport's own, by their shorter side. ground: what fades pass through.
    music: storage key of a WAV that plays below the voice. cards: the jobs that must show the names.
    """

    viewport: Viewport
    scenes: tuple[Scene, ...] = Field(min_length=1)
    encoder: EncoderSettings = EncoderSettings(preset="slow", crf=23)
    heights: tuple[int, ...] = ()
    ground: str = "#000000"
    music: str | None = None
    language: str = "en"
    names: Names = Names()
    cards: tuple[str, ...] = ()

    @property
    def frame_count(self) -> int:
        return sum(scene.frame_count for scene in self.scenes)

    @property
    def duration_seconds(self) -> float:
        return self.frame_count / self.viewport.fps

    @property
    def levels(self) -> tuple[Level, ...]:
        """The sizes that the video is made in, the largest first."""
        return ladder(*self.viewport.pixels, self.heights)

    @property
    def shots(self) -> tuple[Shot, ...]:
        """What the clip of each scene shows."""
        return tuple(
            Shot(
                frames=scene.job,
                first_frame=scene.first_frame,
                frame_count=scene.frame_count,
                held=scene.held,
                fps=self.viewport.fps,
                overlays=scene.overlays,
                fade_in=scene.fade_in,
                fade_out=scene.fade_out,
                ground=self.ground,
            )
            for scene in self.scenes
        )

    def first_frames(self) -> list[int]:
        """The frame of the video at which each scene starts."""
        return [0, *accumulate(scene.frame_count for scene in self.scenes)][:-1]
