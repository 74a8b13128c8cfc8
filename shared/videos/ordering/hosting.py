"""Ordering that a composed video be hosted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from shared.database.models import ComposedVideo, HostedVideo, Voiceover
from shared.hosting import reserve_hosted
from shared.leads import find_lead
from shared.values import Name, Text, Value
from shared.videos.ordering.readiness import check_lead, check_ready
from shared.videos.pages import WrongRequest
from shared.videos.parts.common import NoSuchPart
from shared.videos.runs import begin_run


class HostingOrder(Value):
    """Host a composed video. title, description: made from the lead unless given."""

    composed_video_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    hosting_provider: Literal["s3", "loom"] = "s3"
    title: Name | None = None
    description: Annotated[Text, Field(max_length=2000)] | None = None
    tags: Annotated[
        tuple[Annotated[Text, Field(min_length=1, max_length=50)], ...], Field(max_length=50)
    ] = ()
    privacy: Literal["public", "unlisted", "private"] = "unlisted"
    download_enabled: bool = False
    analytics_enabled: bool = True


def order_hosting(session: Session, order: HostingOrder, workspace_id: int) -> HostedVideo:
    """The hosted video's row; its run is to be started.

    Raises NoSuchPart, NotReady, WrongRequest.
    """
    if order.hosting_provider == "loom":
        raise WrongRequest(
            "hosting_provider: Loom has no upload API, so a video can't be sent there; host it with s3"
        )
    composed = session.get(ComposedVideo, order.composed_video_id)
    if composed is None:
        raise NoSuchPart(f"there is no composed video {order.composed_video_id}")
    check_ready("composed video", composed.id, composed.status)
    lead = find_lead(session, check_lead("composed video", composed.id, composed.lead_id, order.lead_id))
    voiceover = session.get(Voiceover, composed.voiceover_id) if composed.voiceover_id else None
    run = begin_run(
        session, workspace_id, lead.id, "hosting", {},
        composed_video_id=composed.id, voiceover_id=composed.voiceover_id,
        screen_recording_id=composed.screen_recording_id,
        video_script_id=voiceover.video_script_id if voiceover else None,
    )  # fmt: skip
    asked = order.model_dump(exclude={"composed_video_id", "lead_id"})
    row = reserve_hosted(session, run, lead, **asked)
    session.refresh(row)
    return row
