"""Ordering that a composed video be hosted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from shared.database.models import ComposedVideo, HostedVideo, Voiceover
from shared.hosting import SHARE_URL, find_loom, reserve_hosted
from shared.leads import find_lead
from shared.settings import Settings
from shared.values import Given, Length, Name, Text
from shared.videos.ordering.readiness import check_lead, check_ready
from shared.videos.pages import WrongRequest
from shared.videos.parts.common import NoSuchPart
from shared.videos.runs import begin_run


class HostingOrder(Given):
    """Host a composed video, or show one that lies at Loom. title, description: made from the lead unless
    given.

    loom_url: a share URL of Loom, for hosting_provider loom; composed_video_id may be left out then, and
    otherwise says what was shared there. lead_id: may be left out if the composed video is somebody's.
    """

    composed_video_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    hosting_provider: Literal["s3", "loom"] = "s3"
    loom_url: Annotated[str, StringConstraints(pattern=SHARE_URL, max_length=300)] | None = None
    title: Name | None = None
    description: Annotated[Text, Length(2000)] | None = None
    tags: Annotated[tuple[Annotated[Text, Length(50, least=1)], ...], Field(max_length=50)] = ()
    privacy: Literal["public", "unlisted", "private"] = "unlisted"
    download_enabled: bool = False
    analytics_enabled: bool = True


def order_hosting(
    session: Session, order: HostingOrder, workspace_id: int, settings: Settings
) -> HostedVideo:
    """The hosted video's row; its run is to be started.

    Loom is asked here, last of all and for a few seconds at most, and not by the run: so whoever gave a wrong
    address is told at once, and the run needs nothing from outside.
    Raises NoSuchPart, NotReady, WrongRequest, NoLoom, LoomUnreachable.
    """
    _check_provider(order)
    composed = _find_composed(session, order.composed_video_id)
    if composed is not None:
        owner = check_lead("composed video", composed.id, composed.lead_id, order.lead_id)
    elif order.lead_id is not None:
        owner = order.lead_id
    else:
        raise WrongRequest("lead_id: say whose the video is to be")
    lead = find_lead(session, owner)
    loom = find_loom(order.loom_url, settings) if order.loom_url else None
    run = begin_run(session, workspace_id, lead.id, "hosting", {}, **_made_of(session, composed))
    asked = order.model_dump(exclude={"composed_video_id", "lead_id", "loom_url"})
    row = reserve_hosted(session, run, lead, **asked, loom=loom.model_dump() if loom else None)
    session.refresh(row)
    return row


def _check_provider(order: HostingOrder) -> None:
    """Raises WrongRequest."""
    if order.hosting_provider == "s3":
        if order.loom_url is not None:
            raise WrongRequest("loom_url: only hosting_provider loom takes it")
        if order.composed_video_id is None:
            raise WrongRequest("composed_video_id: say which composed video is to be hosted")
        return
    if order.loom_url is None:
        raise WrongRequest(
            "loom_url: Loom has no upload API, so a video can't be sent there: share it there by hand and "
            "give its share URL here, or host it with s3"
        )
    if order.privacy == "private" or order.download_enabled:
        wrong = "privacy" if order.privacy == "private" else "download_enabled"
        raise WrongRequest(f"{wrong}: Loom shows the video to whoever has its link there; set it there")


def _find_composed(session: Session, composed_video_id: int | None) -> ComposedVideo | None:
    """Raises NoSuchPart, NotReady."""
    if composed_video_id is None:
        return None
    composed = session.get(ComposedVideo, composed_video_id)
    if composed is None:
        raise NoSuchPart(f"there is no composed video {composed_video_id}")
    check_ready("composed video", composed.id, composed.status)
    return composed


def _made_of(session: Session, composed: ComposedVideo | None) -> dict[str, int | None]:
    """What the run of a composed video names."""
    if composed is None:
        return {}
    voiceover = session.get(Voiceover, composed.voiceover_id) if composed.voiceover_id else None
    return {
        "composed_video_id": composed.id,
        "voiceover_id": composed.voiceover_id,
        "screen_recording_id": composed.screen_recording_id,
        "video_script_id": voiceover.video_script_id if voiceover else None,
    }
