"""Composed videos: recordings and voiceovers put together, in several sizes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.composition import withdraw_clips
from shared.database import Database
from shared.database.models import ComposedVideo, CompositionJob, HostedVideo, Video
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import NotFound
from shared.storage import Storage
from shared.values import Value
from shared.videos.parts import common

SORTABLE: Sortable = {
    "id": ComposedVideo.id,
    "status": ComposedVideo.status,
    "created_at": ComposedVideo.created_at,
    "updated_at": ComposedVideo.updated_at,
}
PART = common.Part(
    "composed video",
    Video.composed_video_id,
    ((HostedVideo.composed_video_id, "hosted video {} shows it"),),
)


class NotKept(NotFound):
    """A file of a part is not there (yet); the text says which there are."""


class QualityVersion(Value):
    """A size. file_path: storage key of its MP4; None where it is played by HLS only."""

    quality: str
    width: int
    height: int
    file_path: str | None
    file_size_bytes: int | None


class CompositionJobState(Value):
    """The work of composing. clips_encoded: of the clips that it needed, how many were not there yet."""

    status: str
    clips_total: int
    clips_encoded: int
    started_at: datetime | None
    finished_at: datetime | None
    reason: str | None


class ComposedState(Value):
    """A composed video. Paths are storage keys. certificate: the verdict, `ok` or `fail`.

    job: None until it has ended.
    """

    id: int
    lead_id: int | None
    screen_recording_id: int | None
    voiceover_id: int | None
    video_file_path: str | None
    thumbnail_path: str | None
    preview_path: str | None
    captions_path: str | None
    duration_seconds: float | None
    resolution: str
    format: str
    file_size_bytes: int | None
    processing_time_seconds: float | None
    branding_applied: bool
    has_intro: bool
    quality_versions: tuple[QualityVersion, ...]
    job: CompositionJobState | None
    certificate: str | None
    status: str
    reason: str | None
    created_at: datetime
    updated_at: datetime


class CertificateState(Value):
    """All that was measured of a composed video, each figure beside its limit."""

    composed_video_id: int
    verdict: str
    certificate: dict[str, Any]


def composed_state(row: ComposedVideo, job: CompositionJob | None = None) -> ComposedState:
    """job: the last one."""
    return ComposedState(
        id=row.id,
        lead_id=row.lead_id,
        screen_recording_id=row.screen_recording_id,
        voiceover_id=row.voiceover_id,
        video_file_path=row.video_file_path,
        thumbnail_path=row.thumbnail_path,
        preview_path=row.preview_path,
        captions_path=row.captions_path,
        duration_seconds=row.duration_seconds,
        resolution=row.resolution,
        format=row.format,
        file_size_bytes=row.file_size_bytes,
        processing_time_seconds=row.processing_time_seconds,
        branding_applied=row.branding_applied,
        has_intro=row.has_intro,
        quality_versions=tuple(QualityVersion.model_validate(version) for version in row.quality_versions),
        job=None if job is None else CompositionJobState.model_validate(_of_job(job)),
        certificate=(row.certificate or {}).get("verdict"),
        status=row.status,
        reason=row.reason,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def read_composed(session: Session, composed_video_id: int, *, lock: bool = False) -> ComposedState:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchPart."""
    row = common.find(session, ComposedVideo, PART, composed_video_id, lock=lock)
    return composed_state(row, _jobs(session, [row.id]).get(row.id))


def list_composed(
    session: Session, asked: Asked, *, lead_id: int | None = None, status: str | None = None
) -> Page[ComposedState]:
    """Raises WrongCursor, WrongSort."""
    found = common.narrowed(
        select(ComposedVideo), lead=(ComposedVideo.lead_id, lead_id), status=(ComposedVideo.status, status)
    )
    rows: Page[Any] = page(session, found, ComposedVideo.id, SORTABLE, asked, lambda row: row)
    jobs = _jobs(session, [row.id for row in rows.items])
    return Page(
        items=tuple(composed_state(row, jobs.get(row.id)) for row in rows.items),
        next_cursor=rows.next_cursor,
    )


def read_certificate(session: Session, composed_video_id: int) -> CertificateState:
    """Raises NoSuchPart, NotKept."""
    row = common.find(session, ComposedVideo, PART, composed_video_id)
    if row.certificate is None:
        raise NotKept(f"composed video {row.id} has not been measured yet: it is {row.status}")
    return CertificateState(
        composed_video_id=row.id, verdict=row.certificate["verdict"], certificate=row.certificate
    )


def version_key(state: ComposedState, quality: str | None) -> str:
    """The storage key of an MP4; without a quality, of the largest. Raises NotKept."""
    kept = {one.quality: one.file_path for one in state.quality_versions if one.file_path is not None}
    key = kept.get(quality) if quality is not None else next(iter(kept.values()), state.video_file_path)
    if key is None:
        there = f"there is {', '.join(kept)}" if kept else "there is none"
        raise NotKept(f"composed video {state.id} has no MP4{f' in {quality}' if quality else ''}: {there}")
    return key


def mark_composed(session: Session, composed_video_id: int) -> None:
    """The first half of deleting. Raises NoSuchPart, InUse, BeingMade."""
    common.mark(session, ComposedVideo, PART, composed_video_id)


def remove_composed(workspace_id: int, composed_video_id: int, database: Database, storage: Storage) -> None:
    """The second half: its files, then its rows and the published clips that no other video uses."""
    found = common.to_remove(workspace_id, ComposedVideo, PART, composed_video_id, database)
    if found is None:
        return
    common.delete_files(storage, found[1])
    with database.workspace(workspace_id) as session:
        row = common.marked(session, ComposedVideo, composed_video_id)
        if row is not None:
            withdraw_clips(composed_video_id, session, storage)
            common.delete_runs(session, PART, composed_video_id)
            session.delete(row)


def _jobs(session: Session, ids: list[int]) -> dict[int, CompositionJob]:
    """The last job of each."""
    found = (
        select(CompositionJob).where(CompositionJob.composed_video_id.in_(ids)).order_by(CompositionJob.id)
    )
    return {job.composed_video_id: job for job in session.scalars(found)}


def _of_job(job: CompositionJob) -> dict[str, Any]:
    return {name: getattr(job, name) for name in CompositionJobState.model_fields}
