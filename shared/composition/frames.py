"""The recorder's frames, as compose finds them: fetched, and checked against what the recorder said."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

from shared.composition.encoding import Picture
from shared.composition.timeline import Scene
from shared.media.files import MAX_PIXELS, UnusableMedia, opened
from shared.recording import FRAMES, RESULT, SceneResult
from shared.storage import Storage


def fetch_frames(storage: Storage, scene: Scene, picture: Picture, path: Path) -> None:
    """Write a scene's `frames.mkv` into the file `path`.

    Raises:
        NotStored: if the scene was not recorded.
        UnusableMedia: if the frames aren't those of the recorder's result, or not those the scene shows.
    """
    job = scene.job.rstrip("/")
    result = SceneResult.model_validate_json(storage.get(f"{job}/{RESULT}"))
    if (result.frame_count, result.fps) != (picture.frame_count, picture.fps):
        raise UnusableMedia(
            f"the scene {scene.title!r} shows {picture.frame_count} frames at {picture.fps} a second, "
            f"but {result.frame_count} at {result.fps} were recorded"
        )
    storage.fetch(f"{job}/{FRAMES}", path)
    check_frames(path, result, scene.title)


def check_frames(path: Path, result: SceneResult, title: str) -> None:
    """Raises UnusableMedia unless each unique frame of the result is there, at its time."""
    with opened(path, frozenset({"matroska"})) as container:
        if not container.streams.video:
            raise UnusableMedia(f"the frames of the scene {title!r} have no picture")
        video = container.streams.video[0]
        if not 0 < video.width * video.height <= MAX_PIXELS:
            raise UnusableMedia(f"the frames of the scene {title!r} are {video.width}x{video.height}")
        shown_at = [
            round(packet.pts * packet.time_base * result.fps)
            for packet in container.demux(video)
            if packet.size and packet.pts is not None
        ]
    expected = [0, *accumulate(result.durations)][:-1]
    if shown_at != expected:
        raise UnusableMedia(
            f"the frames of the scene {title!r} are damaged: {len(shown_at)} of {len(expected)} are there"
            + ("" if len(shown_at) != len(expected) else ", at other times than recorded")
        )
