"""The rows of a recording and of a composed video that have yet to be made, and of what they are made of."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database.models import ComposedVideo, ScreenRecording, Video
from shared.errors import Conflict
from shared.recording import Viewport


class NothingRecorded(Conflict):
    """A recording can't be shown in another video; the text says why."""


def reserve_recording(session: Session, video: Video) -> ScreenRecording:
    """The row of a run's recording, made before it is filmed, so that whoever asked can look."""
    if video.screen_recording_id is not None:
        return session.get_one(ScreenRecording, video.screen_recording_id)
    viewport = Viewport.model_validate(video.options["viewport"])
    row = ScreenRecording(
        workspace_id=video.workspace_id,
        lead_id=video.lead_id,
        demo_site_id=video.demo_site_id,
        url_recorded=video.url,
        resolution=f"{viewport.width}x{viewport.height}",
        recording_config=viewport.model_dump(mode="json")
        | {"show_cursor": video.options.get("show_cursor", True)}
        | {"highlight_clicks": video.options.get("highlight_clicks", True)}
        | {"steps": video.options.get("steps", [])},
        status="recording",
    )
    session.add(row)
    session.flush()
    video.screen_recording_id = row.id
    return row


def reserve_composed(session: Session, video: Video) -> ComposedVideo:
    """The row of a run's composed video, made before it is composed, so that whoever asked can look."""
    if video.composed_video_id is not None:
        return session.get_one(ComposedVideo, video.composed_video_id)
    width, height = Viewport.model_validate(video.options["viewport"]).pixels
    row = ComposedVideo(
        workspace_id=video.workspace_id,
        lead_id=video.lead_id,
        screen_recording_id=video.screen_recording_id,
        voiceover_id=video.voiceover_id,
        resolution=f"{width}x{height}",
        status="processing",
    )
    session.add(row)
    session.flush()
    video.composed_video_id = row.id
    return row


def recorded_by(session: Session, recording_id: int | None) -> Video:
    """The run that made a recording. Raises NothingRecorded."""
    made = select(Video).where(
        Video.screen_recording_id == recording_id, Video.operation.in_(("video", "recording"))
    )
    run = session.scalars(made).first()
    if run is None:
        raise NothingRecorded(f"nothing is known of how recording {recording_id} was made: record it again")
    return run
