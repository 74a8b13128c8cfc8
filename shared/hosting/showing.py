"""Publishing a hosted video as its row says: for anyone, for some, or for nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import ComposedVideo, HostedVideo, Lead, VideoScript, Voiceover
from shared.errors import Permanent
from shared.hosting.access import GUARDED, place_of
from shared.hosting.loom import LoomVideo
from shared.hosting.manager import PUBLIC, Guard, Hosted, Media, VideoHostManager
from shared.settings import Settings
from shared.storage import Storage


class NothingToShow(Permanent):
    """A hosted video has no composed video any more."""


def show_hosted(
    workspace_id: int, hosted_video_id: int, database: Database, storage: Storage, settings: Settings
) -> Hosted | None:
    """Publish it where its row says, and nowhere else; media that are there already stay.

    Nobody else changes the row meanwhile, so what is published is never more than the row allows. Doing it
    again changes nothing. Returns None where it is shown to nobody. Raises NothingToShow.
    """
    with database.workspace(workspace_id) as session:
        row = session.get_one(HostedVideo, hosted_video_id, with_for_update=True)
        if row.status not in {"processing", "ready"}:
            return None
        composed = session.get(ComposedVideo, row.composed_video_id) if row.composed_video_id else None
        return _publish(row, composed, _metadata(session, row, composed), VideoHostManager(settings, storage))


def _publish(
    row: HostedVideo, composed: ComposedVideo | None, metadata: dict[str, Any], manager: VideoHostManager
) -> Hosted | None:
    place = place_of(row.privacy, row.password_hash, row.expires_at)
    if place == "nowhere":
        manager.withdraw(row.slug)
        return None
    if row.loom is not None:  # it has no password and no end, which could not be kept there (`NotOurs`)
        return manager.publish_pages(LoomVideo.model_validate(row.loom), metadata)
    if composed is None:
        raise NothingToShow(f"hosted video {row.id} has no composed video")
    media = media_of(composed, manager.storage)
    if not row.download_enabled:
        media = media.model_copy(update={"downloads": {}})
    guard, folder = None, f"{PUBLIC}/media/{row.slug}"
    if place == "guarded":
        guard = Guard(workspace_id=row.workspace_id, hosted_video_id=row.id)
        folder = f"{GUARDED}/{row.slug}/media"
        manager.withdraw_from("public", row.slug)
    there = set(manager.storage.keys(f"{folder}/"))
    whole = there >= {f"{folder}/{name}" for name in media.files}
    publish = manager.publish_pages if whole else manager.publish
    hosted = publish(media, metadata, guard)
    if guard is None:
        manager.withdraw_from("guarded", row.slug)
    return hosted


def _metadata(session: Session, row: HostedVideo, composed: ComposedVideo | None) -> dict[str, Any]:
    lead = session.get(Lead, row.lead_id) if row.lead_id is not None else None
    language = session.scalar(
        select(VideoScript.language)
        .join(Voiceover, Voiceover.video_script_id == VideoScript.id)
        .where(Voiceover.id == (composed.voiceover_id if composed else None))
    )
    return {
        "title": row.title,
        "description": row.description,
        "lead_name": lead.name if lead else "",
        "company": lead.company if lead else "",
        "slug": row.slug,
        "captions_language": language,
        "published_at": row.created_at,
        "analytics_enabled": row.analytics_enabled,
    }


def media_of(composed: ComposedVideo, storage: Storage) -> Media:
    """A composed video's files, which lie beside its thumbnail."""
    assert composed.thumbnail_path is not None and composed.duration_seconds is not None  # it is completed
    prefix = composed.thumbnail_path.rpartition("/")[0]
    playlists = {key.rpartition("/")[2]: key for key in storage.keys(f"{prefix}/hls/")}
    beside = ("thumbnail.jpg", "preview.gif", "captions.vtt", "captions.srt", "chapters.vtt")
    files: dict[str, Path | str] = {name: f"{prefix}/{name}" for name in beside}
    files |= {f"hls/{name}": key for name, key in playlists.items()}
    mp4s = {
        version["quality"]: version["file_path"]
        for version in composed.quality_versions
        if version["file_path"]
    }
    files |= {f"{quality}.mp4": key for quality, key in mp4s.items()}
    width, _, height = composed.resolution.partition("x")
    return Media(
        duration_seconds=composed.duration_seconds,
        width=int(width),
        height=int(height),
        files=files,
        hls="hls/master.m3u8",
        video=f"{next(iter(mp4s))}.mp4" if mp4s else None,
        downloads={f"{quality}.mp4": f"MP4, {quality}" for quality in mp4s}
        | {"captions.srt": "Subtitles (SRT)"},
    )
