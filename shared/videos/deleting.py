"""Deleting a video: what the world sees goes first, the rows that say where everything is go last.

What a crash leaves is a video marked `deleting`; deleting it once more finishes the work. What is kept for
its own sake stays: the costs, what was paid for, uploads, and the caches of recordings, voices and clips.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, delete, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

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


class PartInUse(Conflict):
    """Something else is made of a part of the video; the text names it."""


def delete_video(workspace_id: int, video_id: int, database: Database, storage: Storage) -> None:
    """Delete a video's pages, files and rows, and the published clips that no other video uses.

    Its lead goes too, if no other video is for it. Raises NoSuchVideo, StillMaking, PartInUse.
    """
    with database.workspace(workspace_id) as session:
        mark_video(session, video_id)
    remove_video(workspace_id, video_id, database, storage, with_lead=True)


def remove_video(
    workspace_id: int, video_id: int, database: Database, storage: Storage, *, with_lead: bool
) -> None:
    """The second half, of a video that is marked. with_lead: its lead goes too, if it has no other video."""
    with database.workspace(workspace_id) as session:
        video = session.get(Video, video_id)
        if video is None or video.status != "deleting":
            return
        slugs = [*session.scalars(_hosted(video, HostedVideo.slug))]
    hosting = VideoHostManager(storage=storage)
    for slug in slugs:
        hosting.withdraw(slug)
    for key in [*storage.keys(f"videos/{workspace_id}/{video_id}/")]:
        storage.delete(key)
    with database.workspace(workspace_id) as session:
        video = session.get(Video, video_id, with_for_update=True)
        if video is not None:  # else somebody else was faster
            _delete_rows(session, video, storage, with_lead=with_lead)


def mark_video(session: Session, video_id: int) -> None:
    """The first half: nobody shows the video from now on. Raises NoSuchVideo, StillMaking, PartInUse."""
    video = session.get(Video, video_id, with_for_update=True)
    if video is None:
        raise NoSuchVideo(f"there is no video {video_id}")
    if video.status in UNENDED:
        raise StillMaking(f"video {video_id} is still being made: delete it when it has ended")
    _check_parts(session, video)
    video.status = "deleting"
    session.execute(
        update(HostedVideo)
        .where(HostedVideo.id.in_(_hosted(video, HostedVideo.id)))
        .values(status="deleting")
    )


def _hosted(video: Video, column: InstrumentedAttribute[Any]) -> Select[Any]:
    """Of all rows that show what was composed for it: a step that was cut short may have left one."""
    return select(column).where(HostedVideo.composed_video_id == _id(video.composed_video_id))


def _id(value: int | None) -> ColumnElement[int | None]:
    """For a comparison that None never meets; without it, rows that refer to nothing would."""
    return literal(value, Integer)


def _check_parts(session: Session, video: Video) -> None:
    """Raises PartInUse if something that was asked for alone is made of a part of the video."""
    runs = select(Video.hosted_video_id).where(Video.operation != "video")
    users: tuple[tuple[str, InstrumentedAttribute[int], ColumnElement[bool]], ...] = (
        ("hosted video", HostedVideo.id, HostedVideo.id.in_(_hosted(video, HostedVideo.id).where(
            HostedVideo.id.in_(runs)))),
        ("composed video", ComposedVideo.id, and_(
            ComposedVideo.id.is_distinct_from(video.composed_video_id),
            or_(ComposedVideo.screen_recording_id == _id(video.screen_recording_id),
                ComposedVideo.voiceover_id == _id(video.voiceover_id)))),
        ("voiceover", Voiceover.id, and_(
            Voiceover.id.is_distinct_from(video.voiceover_id),
            Voiceover.video_script_id == _id(video.video_script_id))),
    )  # fmt: skip
    for name, column, uses in users:
        user = session.scalar(select(column).where(uses).order_by(column).limit(1))
        if user is not None:
            raise PartInUse(f"{name} {user} is made of parts of video {video.id}: delete that first")


def _delete_rows(session: Session, video: Video, storage: Storage, *, with_lead: bool) -> None:
    """In the order of their references. Steps, sessions, segments, jobs and views go with their owners."""
    if video.composed_video_id is not None:
        withdraw_clips(video.composed_video_id, session, storage)
    composed, script = video.composed_video_id, video.video_script_id
    session.execute(update(PaidCallRow).where(PaidCallRow.video_id == video.id).values(video_id=None))
    session.execute(delete(Video).where(Video.id == video.id))
    session.execute(delete(HostedVideo).where(HostedVideo.composed_video_id == _id(composed)))
    session.execute(delete(ComposedVideo).where(ComposedVideo.id == composed))
    session.execute(delete(ScreenRecording).where(ScreenRecording.id == video.screen_recording_id))
    session.execute(delete(Voiceover).where(Voiceover.id == video.voiceover_id))
    session.execute(delete(VideoScriptVersion).where(VideoScriptVersion.video_script_id == script))
    session.execute(delete(VideoScript).where(VideoScript.id == script))
    if with_lead:
        others = select(Video.id).where(Video.lead_id == video.lead_id).exists()
        session.execute(delete(Lead).where(Lead.id == video.lead_id, ~others))
