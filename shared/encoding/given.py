"""Videos that were given to us: taken in once, as frames like the recorder's, and trusted from then on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from shared.encoding.shot import MediaJob
from shared.media.ingest import ingest_clip
from shared.recording import FRAMES, JOB, RESULT, SceneResult, Work
from shared.storage import Storage

LONGEST_SECONDS = 600
"""A longer video is refused; of a shorter one, what a scene has no room for is not shown."""


def take_in_given(prefix: str, storage: Storage, folder: Path) -> None:
    """Do the MediaJob under a storage prefix. Raises NotStored if there is none, UnusableMedia."""
    job = MediaJob.model_validate_json(storage.get(f"{prefix}/{JOB}"))
    given = folder / "given"
    storage.fetch(job.media, given)
    try:
        take_in(job, given, prefix, storage, folder)
    finally:
        given.unlink()


def take_in(job: MediaJob, given: Path, prefix: str, storage: Storage, folder: Path) -> None:
    """Leave `frames.mkv` and `result.json` under the prefix: at least so many frames, the last one held.

    Raises UnusableMedia.
    """
    started_at = datetime.now(UTC)
    frames = folder / "given.mkv"
    longest = max(LONGEST_SECONDS, job.frame_count / job.fps)
    found = ingest_clip(
        given, frames, width=job.width, height=job.height, fps=job.fps, longest_seconds=longest
    )
    *durations, last = found.durations
    missing = max(0, job.frame_count - found.frame_count)
    result = SceneResult(
        frame_count=found.frame_count + missing,
        durations=(*durations, last + missing),
        width=job.width,
        height=job.height,
        fps=job.fps,
        work=Work(started_at=started_at, finished_at=datetime.now(UTC)),
    )
    storage.put(f"{prefix}/{FRAMES}", frames, "video/x-matroska")
    frames.unlink()
    storage.put(f"{prefix}/{RESULT}", result.model_dump_json().encode(), "application/json")
