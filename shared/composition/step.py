"""The compose step: makes a planned video, keeps its files, and settles the recording's rows."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from shared.composition.assembly import ComposedVideo, compose
from shared.media.presets import EncoderSettings
from shared.composition.plan_step import timeline_key
from shared.composition.reporting import film_report
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
from shared.recording import RESULT, SceneResult
from shared.workflow import Tools, VideoEvent, report_progress, settle_step

PROGRESS_SECONDS = 1.0


def compose_scenes(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {composed_video_id}. Raises what `compose` raises."""
    started_at = datetime.now(UTC)
    key = timeline_key(event.workspace_id, event.video_id)
    timeline = Timeline.model_validate_json(tools.storage.get(key))
    _settle_recording(event, tools, timeline)
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        if video.composed_video_id is not None:
            return {"composed_video_id": video.composed_video_id}
        quality = video.options["quality"]
    with tempfile.TemporaryDirectory(prefix="leadreel-compose-") as folder:
        made = compose(
            timeline,
            tools.storage,
            Path(folder),
            encoder=EncoderSettings.from_settings(tools.settings, quality),
            clips_prefix=f"clips/{event.workspace_id}",
            on_progress=_Progress(event, tools),
        )
        prefix = key.rpartition("/")[0]
        kept = {
            "video": (made.video, "video/mp4"),
            "thumbnail": (made.thumbnail, "image/jpeg"),
            "captions": (made.captions, "text/vtt"),
        }
        for path, content_type in kept.values():
            tools.storage.put(f"{prefix}/{path.name}", path, content_type)
    keys = {part: f"{prefix}/{path.name}" for part, (path, _) in kept.items()}
    with tools.database.workspace(event.workspace_id) as session:
        return {"composed_video_id": _keep(session, event, made, keys, timeline, started_at)}


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


def _keep(
    session: Session,
    event: VideoEvent,
    made: ComposedVideo,
    keys: dict[str, str],
    timeline: Timeline,
    started_at: datetime,
) -> int:
    video = session.get_one(Video, event.video_id)
    finished_at = datetime.now(UTC)
    row = ComposedRow(
        workspace_id=event.workspace_id,
        lead_id=video.lead_id,
        screen_recording_id=video.screen_recording_id,
        voiceover_id=video.voiceover_id,
        video_file_path=keys["video"],
        thumbnail_path=keys["thumbnail"],
        captions_path=keys["captions"],
        duration_seconds=made.duration_seconds,
        resolution=f"{made.width}x{made.height}",
        file_size_bytes=made.file_size_bytes,
        has_intro=timeline.scenes[0].scene_type == "intro",
        processing_time_seconds=(finished_at - started_at).total_seconds(),
        status="completed",
    )
    session.add(row)
    session.flush()
    session.add(
        CompositionJob(
            workspace_id=event.workspace_id,
            composed_video_id=row.id,
            status="completed",
            clips_total=made.clips_total,
            clips_encoded=made.clips_encoded,
            started_at=started_at,
            finished_at=finished_at,
        )
    )
    video.composed_video_id = row.id
    return row.id


def _settle_recording(event: VideoEvent, tools: Tools, timeline: Timeline) -> None:
    """The recorder has no database: what its results say becomes rows here."""
    results = {
        scene.job: SceneResult.model_validate_json(tools.storage.get(f"{scene.job}/{RESULT}"))
        for scene in timeline.scenes
    }
    quality = film_report(timeline, {job: result.quality for job, result in results.items()})
    told = quality.model_dump(mode="json") | {"verdict": quality.verdict}
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        recording = session.get_one(ScreenRecording, video.screen_recording_id)
        # Scenes that were filmed for a lead before are shared, and took no time here.
        filmed = {
            job: result for job, result in results.items() if result.work.started_at > recording.created_at
        }
        if recording.status != "completed":
            _add_sessions(session, event.workspace_id, recording.id, filmed)
            _add_segments(session, event.workspace_id, recording.id, timeline)
            recording.status = "completed"
            recording.duration_seconds = timeline.duration_seconds
            recording.quality = told
    works = [result.work for result in filmed.values()]
    started_at = min((work.started_at for work in works), default=recording.created_at)
    finished_at = max((work.finished_at for work in works), default=recording.created_at)
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
