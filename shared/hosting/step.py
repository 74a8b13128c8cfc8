"""The host step: publishes a composed video and keeps its address as a row."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from shared.database.models import HostedVideo, Lead, Video
from shared.hosting.loom import LoomVideo
from shared.hosting.manager import Hosted, VideoHostManager
from shared.hosting.reserving import reserve_hosted
from shared.hosting.showing import show_hosted
from shared.webhooks import announce
from shared.workflow import Tools, VideoEvent, VideoStopped, check_wanted


def publish_video(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {hosted_video_id, slug}. Raises VideoStopped, and what `show_hosted` raises.

    The row is made before anything is published, so that a second try publishes under the same address.
    """
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        hosted = reserve_hosted(session, video, session.get_one(Lead, video.lead_id))
    show_hosted(event.workspace_id, hosted.id, tools.database, tools.storage, tools.settings)
    manager = VideoHostManager(tools.settings, tools.storage)
    loom = None if hosted.loom is None else LoomVideo.model_validate(hosted.loom)
    try:
        with tools.database.workspace(event.workspace_id) as session:
            _settle(session, event, hosted.id, manager.address_of(hosted.slug, loom))
    except VideoStopped:
        manager.withdraw(hosted.slug)
        raise
    return {"hosted_video_id": hosted.id, "slug": hosted.slug}


def _settle(session: Session, event: VideoEvent, hosted_id: int, address: Hosted) -> None:
    """Raises VideoStopped."""
    check_wanted(session, event.video_id)
    row = session.get_one(HostedVideo, hosted_id, with_for_update=True)
    row.share_url, row.embed_url = address.share_url, address.embed_url
    row.thumbnail_url = address.thumbnail_url
    if row.status != "ready":  # a step that lost its answer comes again
        ids = {"video_id": event.video_id, "lead_id": row.lead_id, "hosted_video_id": row.id}
        links = address.model_dump(include={"share_url", "embed_url", "thumbnail_url"})
        announce(session, event.workspace_id, "video.ready", {**ids, "status": "completed", **links})
    row.status, row.reason = "ready", None
