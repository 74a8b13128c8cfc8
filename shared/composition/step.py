"""The compose step: makes a planned video, keeps its files, and settles the recording's rows."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from shared.composition.assembly import ComposedVideo, compose, fetch_clips
from shared.composition.joining import join_clips
from shared.composition.keeping import keep_files
from shared.composition.plan_step import timeline_key
from shared.composition.publishing import publish_clips, write_tracks
from shared.composition.reporting import film_report
from shared.composition.reserving import reserve_composed
from shared.composition.timeline import Timeline
from shared.database.models import (
    ComposedVideo as ComposedRow,
)
from shared.database.models import (
    CompositionJob,
    RecordingSegment,
    RecordingSession,
    ScreenRecording,
    Video,
)
from shared.errors import Permanent
from shared.media.ffmpeg import disk_errors
from shared.recording import RESULT, SceneResult
from shared.workflow import Tools, VideoEvent, report_progress, settle_step

PROGRESS_SECONDS = 1.0


class NotCertified(Permanent):
    """A video misses what it is held against, and is not published; the text says what it misses."""


def compose_scenes(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {composed_video_id}. Raises NotCertified, and what `compose` raises."""
    started_at = datetime.now(UTC)
    key = timeline_key(event.workspace_id, event.video_id)
    timeline = Timeline.model_validate_json(tools.storage.get(key))
    if _operation(event, tools) == "recording":
        return _keep_recording(event, tools, timeline)
    _settle_recording(event, tools, timeline)
    row_id, done = _reserve(event, tools, timeline)
    if done:
        return {"composed_video_id": row_id}
    with tempfile.TemporaryDirectory(prefix="leadreel-compose-") as name:
        folder = Path(name)
        made = compose(
            timeline,
            tools.storage,
            folder,
            workspace_id=event.workspace_id,
            on_progress=_Progress(event, tools),
        )
        video = made.video
        if video.certificate.verdict == "fail":
            _refuse(event, tools, row_id, video)
        tracks, clips = write_tracks(made, timeline, event.workspace_id, folder)
        publish_clips(clips, event.workspace_id, row_id, tools.database, tools.storage)
        kept = keep_files(
            video, tracks, key.rpartition("/")[0], tools.storage, with_mp4=_with_mp4(event, tools)
        )
    with tools.database.workspace(event.workspace_id) as session:
        _settle(session, row_id, video, kept, started_at)
    return {"composed_video_id": row_id}


def _operation(event: VideoEvent, tools: Tools) -> str:
    with tools.database.workspace(event.workspace_id) as session:
        return session.get_one(Video, event.video_id).operation


def _keep_recording(event: VideoEvent, tools: Tools, timeline: Timeline) -> dict[str, Any]:
    """A recording on its own: its clips as one MP4 without sound. Returns {screen_recording_id}."""
    with tools.database.workspace(event.workspace_id) as session:
        recording_id = session.get_one(Video, event.video_id).screen_recording_id
    key = f"recordings/{event.workspace_id}/files/{recording_id}/recording.mp4"
    with tempfile.TemporaryDirectory(prefix="leadreel-recording-") as name, disk_errors():
        folder = Path(name)
        file = folder / "recording.mp4"
        clips = fetch_clips(timeline, tools.storage, folder, event.workspace_id, _Progress(event, tools))
        join_clips([clip.file for clip in clips], (), b"", timeline.viewport.fps, file)
        tools.storage.put(key, file, "video/mp4")
        size = file.stat().st_size
    _settle_recording(event, tools, timeline, (key, size))
    return {"screen_recording_id": recording_id}


def _with_mp4(event: VideoEvent, tools: Tools) -> bool:
    """Whether the MP4s are kept. For a campaign they are made when somebody asks: HLS serves the player."""
    with tools.database.workspace(event.workspace_id) as session:
        return session.get_one(Video, event.video_id).options.get("script_mode") != "campaign"


class _Progress:
    """Writes how far the composition is, about once a second."""

    def __init__(self, event: VideoEvent, tools: Tools) -> None:
        self.event = event
        self.tools = tools
        self.next = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + PROGRESS_SECONDS
        report_progress(
            self.tools.database, self.event.workspace_id, self.event.video_id, "compose", done / total
        )


def _reserve(event: VideoEvent, tools: Tools, timeline: Timeline) -> tuple[int, bool]:
    """The id of the composed video's row, which clips are published for, and whether it is completed."""
    with tools.database.workspace(event.workspace_id) as session:
        row = reserve_composed(session, session.get_one(Video, event.video_id))
        row.branding_applied = any(scene.overlays for scene in timeline.scenes)
        row.has_intro = bool(timeline.cards)
        return row.id, row.status == "completed"


def _refuse(event: VideoEvent, tools: Tools, row_id: int, video: ComposedVideo) -> None:
    failed = video.certificate.failed
    reason = "; ".join(f"{check.name}: {check.measured}, not {check.limit}" for check in failed[:5])
    more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
    with tools.database.workspace(event.workspace_id) as session:
        row = session.get_one(ComposedRow, row_id)
        row.status, row.reason = "failed", reason + more
        row.certificate = video.certificate.model_dump(mode="json")
    raise NotCertified(f"the video is not good enough to be published: {reason}{more}")


def _settle(
    session: Session, row_id: int, video: ComposedVideo, kept: dict[str, Any], started_at: datetime
) -> None:
    row = session.get_one(ComposedRow, row_id)
    finished_at = datetime.now(UTC)
    row.video_file_path = kept["versions"][0]["file_path"]
    row.thumbnail_path, row.captions_path, row.preview_path = (
        kept["thumbnail"], kept["captions"], kept["preview"],
    )  # fmt: skip
    row.quality_versions = kept["versions"]
    row.file_size_bytes = kept["versions"][0]["file_size_bytes"]
    row.duration_seconds = video.duration_seconds
    row.resolution = f"{video.width}x{video.height}"
    row.processing_time_seconds = (finished_at - started_at).total_seconds()
    row.certificate = video.certificate.model_dump(mode="json")
    row.status, row.reason = "completed", None
    session.add(
        CompositionJob(
            workspace_id=row.workspace_id,
            composed_video_id=row.id,
            status="completed",
            clips_total=video.clips_total,
            clips_encoded=video.clips_encoded,
            started_at=started_at,
            finished_at=finished_at,
        )
    )


def _settle_recording(
    event: VideoEvent, tools: Tools, timeline: Timeline, file: tuple[str, int] | None = None
) -> None:
    """The recorder has no database: what its results say becomes rows here. file: key and size of its MP4."""
    results = {
        scene.job: SceneResult.model_validate_json(tools.storage.get(f"{scene.job}/{RESULT}"))
        for scene in timeline.scenes
        if scene.shows != "media"  # that was given to us: nobody filmed it
    }
    quality = film_report(timeline, {job: result.quality for job, result in results.items()})
    told = quality.model_dump(mode="json") | {"verdict": quality.verdict}
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        recording = session.get_one(ScreenRecording, video.screen_recording_id)
        # Scenes that were filmed for a lead before are shared, and took no time here.
        since = max(recording.created_at, video.created_at)
        filmed = {job: result for job, result in results.items() if result.work.started_at > since}
        if recording.status != "completed":
            _add_sessions(session, event.workspace_id, recording.id, filmed)
            _add_segments(session, event.workspace_id, recording.id, timeline)
            recording.status, recording.reason = "completed", None
            recording.video_file_path, recording.file_size_bytes = file or (None, None)
            recording.duration_seconds = timeline.duration_seconds
            recording.quality = told
    works = [result.work for result in filmed.values()]
    started_at = min((work.started_at for work in works), default=since)
    finished_at = max((work.finished_at for work in works), default=since)
    settle_step(
        tools.database, event.workspace_id, event.video_id, "record", started_at, finished_at,
        {"jobs": {scene.job: scene.frame_count for scene in timeline.scenes}, "quality": told},
    )  # fmt: skip


def _add_sessions(
    session: Session, workspace_id: int, recording_id: int, results: dict[str, SceneResult]
) -> None:
    session.add_all(
        RecordingSession(
            workspace_id=workspace_id,
            screen_recording_id=recording_id,
            job=job,
            request_id=result.work.request_id,
            browser_version=result.work.browser_version,
            started_at=result.work.started_at,
            finished_at=result.work.finished_at,
            frame_count=result.frame_count,
            unique_frame_count=len(result.durations),
        )
        for job, result in results.items()
    )


def _add_segments(session: Session, workspace_id: int, recording_id: int, timeline: Timeline) -> None:
    session.add_all(
        RecordingSegment(
            workspace_id=workspace_id,
            screen_recording_id=recording_id,
            position=position,
            job=scene.job,
            first_frame=first,
            frame_count=scene.frame_count,
            scene_type=scene.scene_type,
        )
        for position, (scene, first) in enumerate(zip(timeline.scenes, timeline.first_frames(), strict=True))
    )
