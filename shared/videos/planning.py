"""What would be done for a video, and what that costs: nothing is written, nothing is started."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from shared.costs import Estimate, EstimateAsked, estimate, read_prices
from shared.recording import RESULT
from shared.settings import Settings
from shared.storage import Storage
from shared.values import Value
from shared.videos.asking import VideoOptions, VideoRequest, make_rows
from shared.workflow import STEPS


class VideoPlan(Value):
    """What a video would show, and its estimate. page_is_known: the page was checked, and mostly filmed,
    within the time that a film stays fresh."""

    url: str
    resolution: str
    duration_seconds: float
    quality_versions: tuple[str, ...]
    page_is_known: bool
    estimate: Estimate


def plan_for(
    session: Session, request: VideoRequest, workspace_id: int, storage: Storage, settings: Settings
) -> VideoPlan:
    """All that asking checks is checked, and taken back. Raises as `ask_for_video`."""
    with session.begin_nested() as asking:
        video, _ = make_rows(session, request, workspace_id, storage, settings)
        url, page_job, options = video.url, video.page_job, video.options
        asking.rollback()
    return planned(session, request, url, page_job, options["viewport"], storage, settings)


def planned(
    session: Session,
    request: VideoOptions,
    url: str,
    page_job: str,
    viewport: Mapping[str, int],
    storage: Storage,
    settings: Settings,
) -> VideoPlan:
    """The plan of what has been checked. viewport: {width, height}."""
    known = storage.exists(f"{page_job}/{RESULT}")
    return VideoPlan(
        url=url,
        resolution=f"{viewport['width']}x{viewport['height']}",
        duration_seconds=request.duration_seconds,
        quality_versions=tuple(f"{height}p" for height in request.styling.settled(settings).heights),
        page_is_known=known,
        estimate=estimate_for(session, request, settings, is_shared=known),
    )


def estimate_for(session: Session, request: VideoOptions, settings: Settings, *, is_shared: bool) -> Estimate:
    """is_shared: the page was recorded before, and the film is still fresh."""
    asked = EstimateAsked(
        duration_seconds=request.duration_seconds,
        is_shared=is_shared,
        campaign=request.script_mode == "campaign",
        vendors=frozenset(settings.vendors),
        voice_model=settings.elevenlabs_model_id,
        voice_plan=settings.elevenlabs_plan,
    )
    return estimate(session, STEPS, asked, read_prices())
