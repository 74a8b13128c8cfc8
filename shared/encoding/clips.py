"""Clips in storage: each shot is encoded once for each level, and found again by what it shows.

clips/{workspace_id}/{shot key}/     job.json (EncodeJob)   {level}.mp4   {level}.json (ClipFacts)
                                     progress.json

It is a cache: emptied, it costs only time. A clip's facts are written after it, so whoever finds facts finds
the whole clip.
"""

from __future__ import annotations

from pathlib import Path

from shared.encoding.levels import check_clip
from shared.media.files import UnusableMedia
from shared.media.presets import Level
from shared.media.stretches import Stretches
from shared.media.vmaf import Scores
from shared.storage import NotStored, Storage
from shared.values import Value


class ClipFacts(Value):
    """What is known of a clip. crf: that it took to be good enough.

    shown: where the clip itself is black or still; of the smallest level only.

    scores: how like it is to the pictures that were encoded. asked: where these are black, or stand still, in
    seconds of the clip.
    """

    size_bytes: int
    crf: int
    scores: Scores
    asked: Stretches
    shown: Stretches | None = None


class ClipStore:
    """Clips in storage. prefix: of a shot's clips, as `clip_prefix` makes it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def missing(self, prefix: str, levels: tuple[Level, ...]) -> tuple[Level, ...]:
        """The levels for which there is no clip."""
        return tuple(level for level in levels if not self._storage.exists(f"{prefix}/{level.name}.json"))

    def facts(self, prefix: str, level: Level) -> ClipFacts:
        """Raises NotStored."""
        return ClipFacts.model_validate_json(self._storage.get(f"{prefix}/{level.name}.json"))

    def fetch(self, prefix: str, level: Level, clip: Path, frame_count: int) -> bool:
        """Write a kept clip into the file `clip`. False if there is none, or none that can be used."""
        try:
            self._storage.fetch(f"{prefix}/{level.name}.mp4", clip)
            check_clip(clip, level, frame_count)
        except (NotStored, UnusableMedia):
            return False
        return True

    def keep(self, prefix: str, level: Level, clip: Path, facts: ClipFacts) -> None:
        self._storage.put(f"{prefix}/{level.name}.mp4", clip, "video/mp4")
        self._storage.put(f"{prefix}/{level.name}.json", facts.model_dump_json().encode(), "application/json")
