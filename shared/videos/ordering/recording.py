"""Ordering a recording of a page on its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError
from sqlalchemy.orm import Session

from shared.composition import reserve_recording
from shared.database.models import ScreenRecording
from shared.recording import Locale, Timezone, TourStep, Viewport
from shared.settings import Settings
from shared.storage import Storage
from shared.values import Given
from shared.videos.pages import PageAsked, WrongRequest, find_page, keep_check, plan_check
from shared.videos.runs import begin_run

Resolution = Annotated[str, Field(pattern="^[0-9]{3,4}x[0-9]{3,4}$", examples=["1920x1080"])]


class RecordingSettings(Given):
    """steps: of the tour; without any, one is planned. duration_seconds: at least; without it, as long as the
    steps take, or 30. color_scheme, locale, timezone: those of the demo site unless given."""

    frame_rate: Literal[24, 25, 30, 50, 60] = 30
    show_cursor: bool = True
    highlight_clicks: bool = True
    steps: Annotated[tuple[TourStep, ...], Field(max_length=200)] = ()
    duration_seconds: Annotated[float, Field(ge=1, le=3600)] | None = None
    quality: Literal["ultra", "high", "medium", "fast", "preview"] = "high"
    color_scheme: Literal["light", "dark"] | None = None
    locale: Locale | None = None
    timezone: Timezone | None = None


class RecordingOrder(Given):
    """Record a page for a lead. url_recorded: it may name the lead's fields, as in `?name={name}`; without
    it, the demo site's page."""

    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    url_recorded: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    demo_site_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    resolution: Resolution | None = None
    recording_settings: RecordingSettings = RecordingSettings()


def order_recording(
    session: Session, order: RecordingOrder, workspace_id: int, storage: Storage, settings: Settings
) -> ScreenRecording:
    """The recording's row; its run is to be started.

    Raises WrongRequest, NoSuchLead, NoSuchDemoSite, NotAllowed.
    """
    wanted = order.recording_settings
    longest = settings.video_max_duration_seconds
    if (wanted.duration_seconds or 0) > longest or sum(step.length for step in wanted.steps) > longest:
        raise WrongRequest(
            f"recording_settings.duration_seconds: at most {longest} (VIDEO_MAX_DURATION_SECONDS)"
        )
    page = find_page(
        session,
        PageAsked(
            lead_id=order.lead_id,
            url=order.url_recorded,
            demo_site_id=order.demo_site_id,
            color_scheme=wanted.color_scheme,
            locale=wanted.locale,
            timezone=wanted.timezone,
        ),
        settings,
    )
    viewport = viewport_of(order.resolution or settings.video_default_resolution, wanted.frame_rate)
    options = {
        "viewport": viewport.model_dump(mode="json"),
        "visitor": page.visitor.model_dump(mode="json"),
        "styling": {"quality": wanted.quality},
        **wanted.model_dump(
            mode="json", include={"show_cursor", "highlight_clicks", "steps", "duration_seconds"}
        ),
    }
    run = begin_run(
        session, workspace_id, order.lead_id, "recording", options,
        url=page.url, demo_site_id=order.demo_site_id,
    )  # fmt: skip
    keep_check(run, plan_check(run, page, viewport, wanted.steps, settings), storage)
    row = reserve_recording(session, run)
    session.flush()
    session.refresh(row)
    return row


def viewport_of(resolution: str, fps: int) -> Viewport:
    """Raises WrongRequest."""
    width, _, height = resolution.partition("x")
    try:
        return Viewport(width=int(width), height=int(height), fps=fps)
    except ValidationError as error:
        raise WrongRequest(
            f"resolution: {resolution} has a side that is odd, or not from 160 to 3840 pixels"
        ) from error
