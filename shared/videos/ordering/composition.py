"""Ordering a video of a recording and a voiceover that are there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from shared.composition import Branding, IntroOptions, Styling, Version, recorded_by, reserve_composed
from shared.database.models import ComposedVideo, ScreenRecording, Voiceover
from shared.recording import Viewport
from shared.settings import Settings
from shared.storage import Storage
from shared.values import Given
from shared.videos.asking import check_keys
from shared.videos.ordering.readiness import check_lead, check_ready
from shared.videos.ordering.recording import Resolution
from shared.videos.pages import WrongRequest
from shared.videos.parts.common import NoSuchPart
from shared.videos.runs import begin_run


class CompositionOrder(Given):
    """Put a recording and a voiceover together, with cards before and after.

    resolution: the recording's; smaller ones are `quality_versions`. lead_id: the voiceover's; it may be left
    out. quality, transition, captions, music_path, watermark: as in a video's `styling`.
    """

    screen_recording_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    voiceover_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    resolution: Resolution | None = None
    format: Literal["mp4"] = "mp4"
    branding: Branding = Branding()
    intro: IntroOptions = IntroOptions()
    generate_quality_versions: bool | None = None
    quality_versions: Annotated[tuple[Version, ...], Field(max_length=3)] = ("1080p", "720p", "480p")
    quality: Literal["ultra", "high", "medium", "fast", "preview"] = "high"
    transition: Literal["cut", "fade"] = "cut"
    captions: Literal["track", "burned"] = "track"
    watermark: bool | None = None


def order_composition(
    session: Session, order: CompositionOrder, workspace_id: int, storage: Storage, settings: Settings
) -> ComposedVideo:
    """The composed video's row; its run is to be started.

    Raises NoSuchPart, NotReady, WrongRequest.
    """
    recording = session.get(ScreenRecording, order.screen_recording_id)
    if recording is None:
        raise NoSuchPart(f"there is no recording {order.screen_recording_id}")
    voiceover = session.get(Voiceover, order.voiceover_id)
    if voiceover is None:
        raise NoSuchPart(f"there is no voiceover {order.voiceover_id}")
    check_ready("recording", recording.id, recording.status)
    check_ready("voiceover", voiceover.id, voiceover.status)
    filmed = recorded_by(session, recording.id)
    viewport = Viewport.model_validate(filmed.options["viewport"])
    if order.resolution not in {None, recording.resolution}:
        raise WrongRequest(
            f"resolution: recording {recording.id} is {recording.resolution}: "
            f"record it in {order.resolution}, or ask for smaller quality_versions"
        )
    lead_id = check_lead("voiceover", voiceover.id, voiceover.lead_id, order.lead_id)
    styling = Styling.model_validate(
        order.model_dump(exclude={"screen_recording_id", "voiceover_id", "lead_id", "resolution", "format"})
    )
    check_keys(styling, workspace_id, storage)
    options = {
        "styling": styling.settled(settings).model_dump(mode="json"),
        "viewport": viewport.model_dump(mode="json"),
        "visitor": filmed.options.get("visitor", {}),
    }
    run = begin_run(
        session, workspace_id, lead_id, "composition", options,
        url=filmed.url, page_job=filmed.page_job, video_script_id=voiceover.video_script_id,
        voiceover_id=voiceover.id, screen_recording_id=recording.id,
    )  # fmt: skip
    row = reserve_composed(session, run)
    row.has_intro = order.intro.enabled
    row.branding_applied = styling.branding.apply_branding and styling.branding.logo_path is not None
    session.flush()
    session.refresh(row)
    return row
