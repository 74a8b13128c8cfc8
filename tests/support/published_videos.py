"""Small videos, composed and written as they are published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.composition import Composition, Scene, Timeline, compose
from shared.composition.publishing import Tracks, write_tracks
from shared.media.presets import EncoderSettings
from tests.support.recorded_scenes import SMALL, CountingStorage, put_scene, put_voice

ENCODER = EncoderSettings(preset="veryfast", crf=28, keyframe_seconds=1)


@dataclass(frozen=True)
class Written:
    """A video, and its heads and segments as files by the storage key under which they are published."""

    timeline: Timeline
    made: Composition
    tracks: Tracks
    files: dict[str, Path]

    def file(self, path: str) -> Path:
        """Of a path of the site."""
        return self.files[f"public{path}"]


def scenes_of(storage: CountingStorage, lead: str, card_frames: int = 45) -> tuple[Scene, ...]:
    """A card of the lead's own with a voice of its own, then two scenes that all leads share."""
    hello = put_voice(storage, f"hello {lead}", 1.0 + len(lead) / 20, text=f"Hi {lead}, hello.")
    tour = put_voice(storage, "tour", 1.7, text="This is your page.")
    return (
        put_scene(storage, f"card {lead}", [10, card_frames - 10], len(lead) * 50, hello),
        put_scene(storage, "tour", [1] * 30 + [13, 1, 1, 15], 11, tour),
        put_scene(storage, "end", [12] + [1] * 7 + [1], 45),
    )


def write(
    storage: CountingStorage, scenes: tuple[Scene, ...], folder: Path, workspace_id: int = 1
) -> Written:
    timeline = Timeline(viewport=SMALL, encoder=ENCODER, heights=(90,), scenes=scenes)
    for part in ("composed", "published"):
        (folder / part).mkdir(parents=True)
    made = compose(timeline, storage, folder / "composed", workspace_id=workspace_id)
    return Written(timeline, made, *write_tracks(made, timeline, workspace_id, folder / "published"))


def boxes(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Type, offset and size of each box at the top of an MP4."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8].decode(), at, size
        at += size
