"""Chapters: the script's sections, as the MP4 carries them and as WebVTT."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from shared.composition.captioning import webvtt
from shared.composition.timeline import Timeline
from shared.values import Value

if TYPE_CHECKING:
    from av.container.core import Chapter as ContainerChapter

SHORTEST_SECONDS = 1.0

_TIME_BASE = Fraction(1, 1000)  # as MP4 keeps chapters


class Chapter(Value):
    """A section of the video: its title, and its start and end in seconds."""

    title: str
    start: float
    end: float


def chapters(timeline: Timeline) -> tuple[Chapter, ...]:
    """Scenes of one title that follow each other are one chapter.

    What is shorter than a second belongs to the chapter before it, or, at the start, to the one after it.
    """
    fps = timeline.viewport.fps
    found: list[Chapter] = []
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        start, end = first / fps, (first + scene.frame_count) / fps
        title = " ".join(scene.title.split())
        before = found[-1] if found else None
        if before and (before.title == title or end - start < SHORTEST_SECONDS):
            found[-1] = before.model_copy(update={"end": end})
        elif before and len(found) == 1 and before.end - before.start < SHORTEST_SECONDS:
            found[-1] = Chapter(title=title, start=before.start, end=end)
        else:
            found.append(Chapter(title=title, start=start, end=end))
    return tuple(found)


def chapters_vtt(found: Sequence[Chapter]) -> str:
    """As a player's chapter track takes them."""
    return webvtt((chapter.start, chapter.end, (chapter.title,)) for chapter in found)


def container_chapters(found: Sequence[Chapter]) -> list[ContainerChapter]:
    """What PyAV's `OutputContainer.set_chapters` takes, to be called before anything is muxed."""
    return [
        {
            "id": number,
            "start": round(chapter.start / _TIME_BASE),
            "end": round(chapter.end / _TIME_BASE),
            "time_base": _TIME_BASE,
            "metadata": {"title": chapter.title},
        }
        for number, chapter in enumerate(found, 1)
    ]
