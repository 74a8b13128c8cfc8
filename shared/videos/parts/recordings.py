"""Recordings: pages that were filmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import ComposedVideo, ScreenRecording, Video
from shared.database.paging import Asked, Page, Sortable, page
from shared.storage import Storage
from shared.values import Value
from shared.videos.parts import common

SORTABLE: Sortable = {
    "id": ScreenRecording.id,
    "status": ScreenRecording.status,
    "created_at": ScreenRecording.created_at,
    "updated_at": ScreenRecording.updated_at,
}
PART = common.Part(
    "recording",
    Video.screen_recording_id,
    ((ComposedVideo.screen_recording_id, "composed video {} shows it"),),
)
BYTES_OF_MB = 1_000_000


class RecordingState(Value):
    """A recording. file_path: its storage key. quality: what was found about the film, once it is there."""

    id: int
    lead_id: int | None
    demo_site_id: int | None
    url_recorded: str
    recording_settings: dict[str, Any]
    duration_seconds: float | None
    resolution: str
    file_path: str | None
    file_size_mb: float | None
    quality: dict[str, Any]
    status: str
    reason: str | None
    created_at: datetime
    updated_at: datetime


def recording_state(row: ScreenRecording) -> RecordingState:
    size = row.file_size_bytes
    return RecordingState(
        id=row.id,
        lead_id=row.lead_id,
        demo_site_id=row.demo_site_id,
        url_recorded=row.url_recorded,
        recording_settings=row.recording_config,
        duration_seconds=row.duration_seconds,
        resolution=row.resolution,
        file_path=row.video_file_path,
        file_size_mb=None if size is None else round(size / BYTES_OF_MB, 3),
        quality=row.quality,
        status=row.status,
        reason=row.reason,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def read_recording(session: Session, recording_id: int, *, lock: bool = False) -> RecordingState:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchPart."""
    return recording_state(common.find(session, ScreenRecording, PART, recording_id, lock=lock))


def list_recordings(
    session: Session,
    asked: Asked,
    *,
    lead_id: int | None = None,
    demo_site_id: int | None = None,
    status: str | None = None,
) -> Page[RecordingState]:
    """Raises WrongCursor, WrongSort."""
    found = common.narrowed(
        select(ScreenRecording),
        lead=(ScreenRecording.lead_id, lead_id),
        demo_site=(ScreenRecording.demo_site_id, demo_site_id),
        status=(ScreenRecording.status, status),
    )
    return page(session, found, ScreenRecording.id, SORTABLE, asked, recording_state)


def mark_recording(session: Session, recording_id: int) -> None:
    """The first half of deleting. Raises NoSuchPart, InUse, BeingMade."""
    common.mark(session, ScreenRecording, PART, recording_id)


def remove_recording(workspace_id: int, recording_id: int, database: Database, storage: Storage) -> None:
    """The second half: its files, then its rows. The frames of a page stay: other videos may show them."""
    found = common.to_remove(workspace_id, ScreenRecording, PART, recording_id, database)
    if found is None:
        return
    common.delete_files(storage, [*found[1], f"recordings/{workspace_id}/files/{recording_id}/"])
    with database.workspace(workspace_id) as session:
        row = common.marked(session, ScreenRecording, recording_id)
        if row is not None:
            common.delete_runs(session, PART, recording_id)
            session.delete(row)
