"""The host step: publishes a composed video and keeps its address as a row."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.database.models import ComposedVideo, HostedVideo, Lead, Video, VideoScript
from shared.hosting.manager import Hosted, Media, VideoHostManager, new_slug
from shared.storage import Storage
from shared.workflow import Tools, VideoEvent, VideoStopped, check_wanted


def publish_video(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {hosted_video_id, slug}. Raises VideoStopped, and what VideoHostManager raises."""
    hosted, lead, composed = _reserve(event, tools)
    manager = VideoHostManager(tools.settings, tools.storage)
    result = manager.publish(
        _media(composed, tools.storage),
        {
            "title": hosted.title,
            "description": hosted.description,
            "lead_name": lead.name,
            "company": lead.company,
            "slug": hosted.slug,
            "captions_language": _language(event, tools),
            "published_at": hosted.created_at,
        },
    )
    try:
        with tools.database.workspace(event.workspace_id) as session:
            _settle(session, event.video_id, hosted.id, result)
    except VideoStopped:
        manager.withdraw(hosted.slug)
        raise
    return {"hosted_video_id": hosted.id, "slug": hosted.slug}


def _settle(session: Session, video_id: int, hosted_id: int, result: Hosted) -> None:
    """Raises VideoStopped."""
    check_wanted(session, video_id)
    session.execute(
        update(HostedVideo)
        .where(HostedVideo.id == hosted_id)
        .values(
            share_url=result.share_url,
            embed_url=result.embed_url,
            thumbnail_url=result.thumbnail_url,
            status="ready",
        )
    )
    session.execute(
        update(Video)
        .where(Video.id == video_id)
        .values(status="completed", hosted_video_id=hosted_id, completed_at=datetime.now(UTC))
    )


def _media(composed: ComposedVideo, storage: Storage) -> Media:
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


def _language(event: VideoEvent, tools: Tools) -> str:
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        return session.get_one(VideoScript, video.video_script_id).language


def _reserve(event: VideoEvent, tools: Tools) -> tuple[HostedVideo, Lead, ComposedVideo]:
    """The video's row as hosted, with its slug: made before anything is published, so that a second try
    publishes under the same address."""
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        lead = session.get_one(Lead, video.lead_id)
        composed = session.get_one(ComposedVideo, video.composed_video_id)
        hosted = session.scalars(
            select(HostedVideo).where(HostedVideo.composed_video_id == composed.id)
        ).first()
        if hosted is None:
            hosted = HostedVideo(
                workspace_id=event.workspace_id,
                composed_video_id=composed.id,
                lead_id=lead.id,
                hosting_provider="s3",
                slug=new_slug(),
                share_url="",
                embed_url="",
                title=f"A short video for {lead.company}",
                description=f"A personal video made for {lead.name} at {lead.company}.",
                status="processing",
            )
            session.add(hosted)
            session.flush()
            session.refresh(hosted)
        return hosted, lead, composed
