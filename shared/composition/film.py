"""A recording that is there already, as what a video shows: its pictures are taken as they were filmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import Field

from shared.composition.timeline import Timeline
from shared.recording import Viewport
from shared.values import Value


class Stretch(NamedTuple):
    """Frames of a job. held: how many of them come after its last picture, which stands that long."""

    job: str
    first_frame: int
    frame_count: int
    held: int = 0


class Film(Value):
    """Stretches of the recorder's jobs, one after the other."""

    viewport: Viewport
    stretches: tuple[Stretch, ...] = Field(min_length=1)

    @property
    def frame_count(self) -> int:
        return sum(stretch.frame_count for stretch in self.stretches)

    def cut(self, first: int, count: int) -> Iterator[Stretch]:
        """Frames [first, first + count); beyond the end the last picture is held."""
        end = 0
        for stretch in self.stretches:
            begin, end = end, end + stretch.frame_count
            low, high = max(first, begin), min(first + count, end)
            if low < high:
                yield stretch._replace(first_frame=stretch.first_frame + low - begin, frame_count=high - low)
        missing = first + count - max(first, end)
        if missing > 0:
            last = self.stretches[-1]
            final = last.first_frame + last.frame_count - 1
            yield Stretch(last.job, final, missing, held=missing - 1)


def film_of(timeline: Timeline) -> Film | None:
    """What the page's scenes of a recorded timeline show; None if there are none."""
    pages = tuple(
        Stretch(scene.job, scene.first_frame, scene.frame_count)
        for scene in timeline.scenes
        if scene.shows == "page"
    )
    return Film(viewport=timeline.viewport, stretches=pages) if pages else None
