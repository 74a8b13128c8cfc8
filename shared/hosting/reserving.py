"""The row of a video that has yet to be hosted."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy.orm import Session

from shared.database.models import HostedVideo, Lead, Video

SLUG_BYTES = 9  # 72 random bits: nobody finds an unlisted video by trying


def new_slug() -> str:
    return secrets.token_urlsafe(SLUG_BYTES)


def reserve_hosted(session: Session, video: Video, lead: Lead, **asked: Any) -> HostedVideo:
    """The row of a run's hosted video. asked: columns; what is None in it, or not, is made up."""
    if video.hosted_video_id is not None:
        return session.get_one(HostedVideo, video.hosted_video_id)
    made_up = {
        "hosting_provider": "s3",
        "download_enabled": True,
        "title": f"A short video for {lead.company}",
        "description": f"A personal video made for {lead.name} at {lead.company}.",
    }
    given = {name: value for name, value in asked.items() if value is not None}
    row = HostedVideo(
        workspace_id=video.workspace_id,
        composed_video_id=video.composed_video_id,
        lead_id=lead.id,
        slug=new_slug(),
        share_url="",
        embed_url="",
        status="processing",
        **(made_up | given),
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    video.hosted_video_id = row.id
    return row
