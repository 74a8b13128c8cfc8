"""The host step: publishes a composed video and keeps its address as a row."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from shared.database.models import ComposedVideo, HostedVideo, Lead, Video
from shared.hosting.manager import VideoHostManager, new_slug
from shared.storage import Storage
from shared.workflow import Tools, VideoEvent


def publish_video(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {hosted_video_id, slug}. Raises what VideoHostManager raises."""
    hosted, lead, composed = _reserve(event, tools)
    with tempfile.TemporaryDirectory(prefix="leadreel-host-") as name:
        files = _fetch(composed, tools.storage, Path(name))
        result = asyncio.run(
            VideoHostManager(tools.settings, tools.storage).host_video(
                files["video"],
                provider=hosted.hosting_provider,
                metadata={
                    "title": hosted.title,
                    "description": hosted.description,
                    "lead_name": lead.name,
                    "company": lead.company,
                    "slug": hosted.slug,
                    "thumbnail_path": files.get("thumbnail"),
                    "captions_path": files.get("captions"),
                    "published_at": hosted.created_at,
                },
            )
        )
    with tools.database.workspace(event.workspace_id) as session:
        session.execute(
            update(HostedVideo)
            .where(HostedVideo.id == hosted.id)
            .values(
                share_url=result.share_url,
                embed_url=result.embed_url,
                thumbnail_url=result.thumbnail_url,
                status="ready",
            )
        )
        session.execute(
            update(Video)
            .where(Video.id == event.video_id)
            .values(status="completed", hosted_video_id=hosted.id, completed_at=datetime.now(UTC))
        )
    return {"hosted_video_id": hosted.id, "slug": hosted.slug}


def _fetch(composed: ComposedVideo, storage: Storage, folder: Path) -> dict[str, Path]:
    keys = {
        "video": composed.video_file_path,
        "thumbnail": composed.thumbnail_path,
        "captions": composed.captions_path,
    }
    files = {}
    for part, key in keys.items():
        if key:
            files[part] = folder / Path(key).name
            storage.fetch(key, files[part])
    return files


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
