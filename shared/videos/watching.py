"""How a video stands: every step's state, what it cost, and where it can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import ComposedVideo, CostEntry, HostedVideo, Video, VideoStep
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import NotFound
from shared.recording import PROGRESS, RESULT, Finding, Progress, SceneResult
from shared.storage import NotStored, Storage
from shared.values import Value
from shared.workflow import UNENDED as UNENDED
from shared.workflow import ApprovalKind, waits_for

SORTABLE: Sortable = {"id": Video.id, "created_at": Video.created_at, "updated_at": Video.updated_at}

ENCODING_SHARE = 0.85
"""Of the work of composing."""


class NoSuchVideo(NotFound):
    """There is no video with that id in this workspace."""


class StepState(Value):
    """A step. seconds: None until it has ended. progress: 0 to 1. cost_usd: so far.

    frames_done, frames_total: of a recording that runs, else 0. findings: what is to be said about the page
    or the film; seconds are those of the video.
    """

    name: str
    status: str
    seconds: float | None
    progress: float
    cost_usd: Decimal
    frames_done: int = 0
    frames_total: int = 0
    findings: tuple[Finding, ...] = ()


class VideoLine(Value):
    """A video in a list."""

    id: int
    lead_id: int
    batch_id: int | None
    url: str
    status: str
    failed_step: str | None
    reason: str | None
    hosted_video_id: int | None
    created_at: datetime
    updated_at: datetime


class VideoState(Value):
    """A video. failed_step and reason say why it failed; the keys are storage keys of what was composed.

    video_key: None as well for a campaign's video whose MP4 nobody asked for. versions: its sizes, the
    largest first. hls_url: of the master playlist. seconds: from when it was asked for until its last step
    ended; None while one has not. waits_for: what somebody has to approve now.
    """

    video_id: int
    status: str
    failed_step: str | None
    reason: str | None
    steps: tuple[StepState, ...]
    cost_usd: Decimal
    video_key: str | None = None
    thumbnail_key: str | None = None
    preview_key: str | None = None
    captions_key: str | None = None
    composed_video_id: int | None = None
    versions: tuple[str, ...] = ()
    certificate_verdict: str | None = None
    hls_url: str | None = None
    share_url: str | None = None
    duration_seconds: float | None = None
    resolution: str | None = None
    seconds: float | None = None
    waits_for: ApprovalKind | None = None

    @property
    def warnings(self) -> tuple[tuple[str, Finding], ...]:
        """What its steps found: the step and the finding, each reason once."""
        found: dict[str, tuple[str, Finding]] = {}
        for step in self.steps:
            for finding in step.findings:
                found.setdefault(finding.reason, (step.name, finding))
        return tuple(found.values())


def read_video(workspace_id: int, video_id: int, database: Database, storage: Storage) -> VideoState:
    """Raises NoSuchVideo."""
    with database.workspace(workspace_id) as session:
        return video_state(find_video(session, video_id), session, storage)


def find_video(session: Session, video_id: int) -> Video:
    """Raises NoSuchVideo."""
    video = session.get(Video, video_id)
    if video is None:
        raise NoSuchVideo(f"there is no video {video_id}")
    return video


def list_videos(
    session: Session,
    asked: Asked,
    *,
    status: str | None = None,
    lead_id: int | None = None,
    batch_id: int | None = None,
) -> Page[VideoLine]:
    """Raises WrongCursor, WrongSort."""
    found = select(Video).where(Video.operation == "video")
    if status is not None:
        found = found.where(Video.status == status)
    if lead_id is not None:
        found = found.where(Video.lead_id == lead_id)
    if batch_id is not None:
        found = found.where(Video.batch_id == batch_id)
    return page(session, found, Video.id, SORTABLE, asked, _line)


def _line(video: Video) -> VideoLine:
    return VideoLine.model_validate(video, from_attributes=True)


def video_state(video: Video, session: Session, storage: Storage) -> VideoState:
    """How a video stands, in the caller's transaction."""
    costs = _costs(session, video.id)
    rows = session.scalars(
        select(VideoStep).where(VideoStep.video_id == video.id).order_by(VideoStep.position)
    ).all()
    steps = tuple(_step(row, costs.get(row.name, Decimal(0)), storage) for row in rows)
    composed = session.get(ComposedVideo, video.composed_video_id) if video.composed_video_id else None
    hosted = session.get(HostedVideo, video.hosted_video_id) if video.hosted_video_id else None
    hosted = hosted if hosted and hosted.status == "ready" else None
    return VideoState(
        video_id=video.id,
        status=video.status,
        failed_step=video.failed_step,
        reason=video.reason,
        steps=steps,
        cost_usd=sum(costs.values(), Decimal(0)),
        video_key=composed.video_file_path if composed else None,
        thumbnail_key=composed.thumbnail_path if composed else None,
        preview_key=composed.preview_path if composed else None,
        captions_key=composed.captions_path if composed else None,
        composed_video_id=composed.id if composed else None,
        versions=tuple(version["quality"] for version in composed.quality_versions) if composed else (),
        certificate_verdict=(composed.certificate or {}).get("verdict") if composed else None,
        hls_url=_hls_url(hosted) if hosted and hosted.loom is None else None,
        duration_seconds=composed.duration_seconds if composed else None,
        resolution=composed.resolution if composed else None,
        share_url=hosted.share_url if hosted else None,
        seconds=_seconds(video, rows),
        waits_for=waits_for(session, video),
    )


def _seconds(video: Video, steps: Sequence[VideoStep]) -> float | None:
    ended = [step.finished_at for step in steps if step.finished_at is not None]
    if video.status in UNENDED or not ended:
        return None
    return (max(ended) - video.created_at).total_seconds()


def _hls_url(hosted: HostedVideo) -> str:
    """Of the master playlist, beside the share page."""
    return f"{hosted.share_url.removesuffix(f'/v/{hosted.slug}')}/media/{hosted.slug}/hls/master.m3u8"


def _costs(session: Session, video_id: int) -> dict[str, Decimal]:
    rows = session.execute(
        select(CostEntry.step, func.sum(CostEntry.amount_usd))
        .where(CostEntry.video_id == video_id)
        .group_by(CostEntry.step)
    )
    return {step or "other": amount for step, amount in rows}


def _step(row: VideoStep, cost_usd: Decimal, storage: Storage) -> StepState:
    done = total = 0
    progress = row.progress
    if row.name == "compose" and row.status == "processing" and (row.result or {}).get("clips"):
        # encoding is most of it, and writes files; what comes after it writes the row
        clips = (row.result or {})["clips"]
        encoded = sum(_progress_of(clip, storage) for clip in clips)
        progress = ENCODING_SHARE * encoded / sum(clips.values()) + (1 - ENCODING_SHARE) * row.progress
    if row.name == "record" and row.status == "processing" and row.result:
        # From the recorder's own files: it has no database.
        done = sum(_frames_done(job, storage) for job in row.result["jobs"])
        total = sum(row.result["jobs"].values())
        progress = done / total if total else 0.0
    return StepState(
        name=row.name,
        status=row.status,
        seconds=row.seconds,
        progress=progress,
        cost_usd=cost_usd,
        frames_done=done,
        frames_total=total,
        findings=tuple(
            Finding.model_validate(finding)
            for finding in (row.result or {}).get("quality", {}).get("findings", ())
        ),
    )


def _frames_done(job: str, storage: Storage) -> int:
    try:
        return SceneResult.model_validate_json(storage.get(f"{job}/{RESULT}")).frame_count
    except NotStored:
        return _progress_of(job, storage)


def _progress_of(job: str, storage: Storage) -> int:
    try:
        return Progress.model_validate_json(storage.get(f"{job}/{PROGRESS}")).frames_done
    except NotStored:
        return 0
