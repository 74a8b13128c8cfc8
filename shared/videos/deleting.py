"""Deleting a video: what the world sees goes first, the rows that say where everything is go last.

What a crash leaves is a video marked `deleting`; deleting it once more finishes the work. What is kept for
its own sake stays: the costs, what was paid for, uploads, and the caches of recordings, voices and clips.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shared.composition import withdraw_clips
from shared.database import Database
from shared.database.models import (
    ComposedVideo,
    HostedVideo,
    Lead,
    PaidCallRow,
    ScreenRecording,
    Video,
    VideoScript,
    VideoScriptVersion,
    Voiceover,
)
from shared.errors import Conflict
from shared.hosting import VideoHostManager
from shared.storage import Storage
from shared.videos.watching import NoSuchVideo
from shared.workflow import UNENDED


class StillMaking(Conflict):
    """The video's pipeline has not ended."""


def delete_video(workspace_id: int, video_id: int, database: Database, storage: Storage) -> None:
    """Delete a video's pages, files and rows, and the published clips that no other video uses.

    Raises NoSuchVideo, StillMaking.
    """
    with database.workspace(workspace_id) as session:
        slugs = _mark(session, video_id)
    hosting = VideoHostManager(storage=storage)
    for slug in slugs:
        hosting.withdraw(slug)
    for key in [*storage.keys(f"videos/{workspace_id}/{video_id}/")]:
        storage.delete(key)
    with database.workspace(workspace_id) as session:
        video = session.get(Video, video_id, with_for_update=True)
        if video is not None:  # else somebody else was faster
            _delete_rows(session, video, storage)


def _mark(session: Session, video_id: int) -> list[str]:
    """Nobody shows the video from now on. Returns the slugs that it is hosted under."""
    video = session.get(Video, video_id, with_for_update=True)
    if video is None:
        raise NoSuchVideo(f"there is no video {video_id}")
    if video.status in UNENDED:
        raise StillMaking(f"video {video_id} is still being made: delete it when it has ended")
    video.status = "deleting"
    withdrawn = (
        update(HostedVideo)
        .where(HostedVideo.composed_video_id == video.composed_video_id)
        .values(status="deleting")
        .returning(HostedVideo.slug)
    )
    return [*session.scalars(withdrawn)]


def _delete_rows(session: Session, video: Video, storage: Storage) -> None:
    """In the order of their references. Steps, sessions, segments, jobs and views go with their owners."""
    if video.composed_video_id is not None:
        withdraw_clips(video.composed_video_id, session, storage)
    composed, script = video.composed_video_id, video.video_script_id
    session.execute(update(PaidCallRow).where(PaidCallRow.video_id == video.id).values(video_id=None))
    session.execute(delete(Video).where(Video.id == video.id))
    session.execute(delete(HostedVideo).where(HostedVideo.composed_video_id == composed))
    session.execute(delete(ComposedVideo).where(ComposedVideo.id == composed))
    session.execute(delete(ScreenRecording).where(ScreenRecording.id == video.screen_recording_id))
    session.execute(delete(Voiceover).where(Voiceover.id == video.voiceover_id))
    session.execute(delete(VideoScriptVersion).where(VideoScriptVersion.video_script_id == script))
    session.execute(delete(VideoScript).where(VideoScript.id == script))
    others = select(Video.id).where(Video.lead_id == video.lead_id).exists()
    session.execute(delete(Lead).where(Lead.id == video.lead_id, ~others))
