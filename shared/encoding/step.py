"""The encode step: one shot's clips, at every level that is missing, with what is known of them."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from shared.encoding.claims import Claims
from shared.encoding.clips import ClipStore
from shared.encoding.making import make_clips
from shared.encoding.shot import EncodeJob
from shared.errors import Permanent
from shared.recording import JOB, PROGRESS, Progress
from shared.workflow import PartEvent, Tools
from shared.workflow.leases import Lease

PATIENCE_SECONDS = 240.0
PROGRESS_SECONDS = 1.0


class NotOurs(Permanent):
    """A job lies outside the workspace that asks for it."""


def encode_clips(event: PartEvent, tools: Tools, lease: Lease | None = None) -> dict[str, Any]:
    """Returns {levels}: the names of those that were encoded now. lease: of the claim on the clip.

    Raises:
        NotStored, UnusableMedia: the frames are not there, or damaged.
        StillEncoding: somebody else has not finished the same clip in time.
    """
    if not event.job.startswith(f"clips/{event.workspace_id}/"):
        raise NotOurs(f"{event.job} is not a clip of workspace {event.workspace_id}")
    job = EncodeJob.model_validate_json(tools.storage.get(f"{event.job}/{JOB}"))
    store = ClipStore(tools.storage)
    claims = Claims(tools.database, event.workspace_id, lease)

    def made() -> bool:
        return not store.missing(event.job, job.levels)

    with claims.on(event.job, made, PATIENCE_SECONDS) as ours:
        if not ours:
            return {"levels": []}
        missing = store.missing(event.job, job.levels)
        with tempfile.TemporaryDirectory(prefix="leadreel-encode-") as folder:
            progress = _Progress(tools, event.job, job.shot.frame_count)
            make_clips(event.job, job.shot, missing, job.encoder, tools.storage, Path(folder), progress)
            progress.tell(job.shot.frame_count)
    return {"levels": [level.name for level in missing]}


class _Progress:
    """Writes how far a clip is, once a second, for whoever watches."""

    def __init__(self, tools: Tools, prefix: str, total: int) -> None:
        self._tools, self._prefix, self._total = tools, prefix, total
        self._next = time.monotonic()

    def __call__(self, frames: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + PROGRESS_SECONDS
        self.tell(frames)

    def tell(self, frames: int) -> None:
        progress = Progress(frames_done=frames, frames_total=self._total)
        self._tools.storage.put(
            f"{self._prefix}/{PROGRESS}", progress.model_dump_json().encode(), "application/json"
        )
