"""Asking for a video: the rows are made, the page's job is written, and the execution can start."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    EmailStr,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from sqlalchemy.orm import Session

from shared.composition import Styling
from shared.database import Database
from shared.database.models import Video, VideoStep, Workspace
from shared.errors import Permanent
from shared.leads import LeadFields, add_lead, read_lead
from shared.recording import (
    JOB,
    BilledTo,
    Locale,
    PageJob,
    Timezone,
    TourStep,
    UnknownTimezone,
    Viewport,
    Visitor,
    check_timezone,
    freshness_window,
    page_key,
)
from shared.scripting import Brand, Mode, Style
from shared.settings import Settings
from shared.storage import Storage
from shared.values import Name, Text, Value
from shared.videos.demo_sites import find_demo_site, same_site, visitor_of
from shared.voice import VoiceSettings
from shared.workflow import KINDS, STEPS, is_needed


class WrongRequest(Permanent):
    """A field of the request can't be used; the text names it."""


class VideoRequest(Value):
    """A video for one lead: one that is there, or one that is added with it.

    duration_seconds: of the whole video. viewport: None stands for the settings'.
    steps: of the tour of the page; without any, one is planned. url: without it, the demo site's.
    color_scheme, locale, timezone: None stands for the demo site's.
    approve_script, approve_voice: whether somebody approves it before a voice is bought; None stands for the
        workspace's rule, which nobody can go without.
    """

    url: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    demo_site_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    name: Name | None = None
    company: Name | None = None
    industry: Annotated[Text, Field(max_length=300)] | None = None
    email: EmailStr | None = None
    style: Style = "professional"
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    target_audience: Annotated[Text, Field(max_length=300)] | None = None
    brand: Brand = Brand()
    ai_model: Annotated[Text, Field(max_length=200)] | None = None
    script_mode: Mode = "bespoke"
    voice_preset: str = "professional_male"
    voice_settings: VoiceSettings = VoiceSettings()
    duration_seconds: int = 30
    key_messages: tuple[Annotated[Text, Field(min_length=1, max_length=300)], ...] = ()
    styling: Styling = Styling()
    viewport: Viewport | None = None
    steps: Annotated[tuple[TourStep, ...], Field(max_length=200)] = ()
    show_cursor: bool = True
    highlight_clicks: bool = True
    color_scheme: Literal["light", "dark"] | None = None
    locale: Locale | None = None
    timezone: Timezone | None = None
    approve_script: bool | None = None
    approve_voice: bool | None = None

    @model_validator(mode="after")
    def _has_a_page(self) -> VideoRequest:
        if self.url is None and self.demo_site_id is None:
            raise ValueError("a video needs the url of a page, or a demo_site_id")
        return self

    @model_validator(mode="after")
    def _has_a_lead(self) -> VideoRequest:
        if self.lead_id is None and (self.name is None or self.company is None):
            raise ValueError("a video needs a lead_id, or the lead's name and company")
        if self.lead_id is not None and any((self.name, self.company, self.industry, self.email)):
            raise ValueError("a video has a lead_id, or the lead's name and company, not both")
        return self

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                check_timezone(name)
            except UnknownTimezone as error:
                raise ValueError(str(error)) from error
        return name

    @classmethod
    def parse(cls, **fields: Any) -> VideoRequest:
        """Raises WrongRequest naming the first field that can't be used."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            empty = first["type"] in {"string_too_short", "too_short"}
            what = "must not be empty" if empty else first["msg"].removeprefix("Value error, ")
            field = ".".join(part for part in first["loc"] if isinstance(part, str)) or "url"
            raise WrongRequest(f"{field}: {what[:1].lower()}{what[1:]}") from error


def default_viewport(settings: Settings) -> Viewport:
    """VIDEO_DEFAULT_RESOLUTION at 30 frames a second."""
    width, height = settings.video_default_resolution.split("x")
    return Viewport(width=int(width), height=int(height))


_OF_ROWS = {"url", "demo_site_id", "lead_id", "name", "company", "industry", "email"}
_OF_VISITOR = {"color_scheme", "locale", "timezone"}


def _options(
    request: VideoRequest, viewport: Viewport, visitor: Visitor, settings: Settings
) -> dict[str, Any]:
    return request.model_dump(mode="json", exclude=_OF_ROWS | _OF_VISITOR) | {
        "styling": request.styling.settled(settings).model_dump(mode="json"),
        "viewport": viewport.model_dump(mode="json"),
        "visitor": visitor.model_dump(mode="json"),
    }


def _page(request: VideoRequest, session: Session) -> tuple[str, Visitor]:
    """The page to film, and who it takes us for. Raises NoSuchDemoSite, WrongRequest."""
    asked = request.model_dump(include=_OF_VISITOR, exclude_none=True)
    if request.demo_site_id is None:
        assert request.url is not None  # the request has one or the other
        return request.url, Visitor(**asked)
    site = find_demo_site(session, request.demo_site_id)
    url = request.url or site.url
    if site.access and not same_site(url, site.url):
        raise WrongRequest(f"url: the headers and cookies of demo site {site.id} are for {site.url} only")
    return url, visitor_of(site, **asked)


def create_video(
    request: VideoRequest, workspace_id: int, database: Database, storage: Storage, settings: Settings
) -> dict[str, Any]:
    """As `ask_for_video`, in a transaction of its own. Returns the input of the pipeline's execution."""
    with database.workspace(workspace_id) as session:
        return execution_input(ask_for_video(session, request, workspace_id, storage, settings))


def execution_input(video: Video) -> dict[str, Any]:
    """What the pipeline is started with."""
    return {
        "workspace_id": video.workspace_id,
        "video_id": video.id,
        "page_job": video.page_job,
        "approve": {kind: is_needed(video, kind) for kind in KINDS},
    }


def ask_for_video(
    session: Session, request: VideoRequest, workspace_id: int, storage: Storage, settings: Settings
) -> Video:
    """Make the video's rows, and the lead's unless it is there.

    Videos of one page, asked for within the same window of freshness, have one job that checks it.

    Raises:
        WrongRequest, NoSuchLead, NoSuchDemoSite.
    """
    if request.duration_seconds > settings.video_max_duration_seconds:
        raise WrongRequest(
            f"duration_seconds: at most {settings.video_max_duration_seconds} (VIDEO_MAX_DURATION_SECONDS)"
        )
    if request.duration_seconds < 5:
        raise WrongRequest("duration_seconds: at least 5")
    viewport = request.viewport or default_viewport(settings)
    url, visitor = _page(request, session)
    video = Video(
        workspace_id=workspace_id,
        lead_id=_lead(request, session, workspace_id),
        demo_site_id=request.demo_site_id,
        url=url,
        options=_options(request, viewport, visitor, settings) | _approvals(request, session, workspace_id),
        page_job="",
        status="pending",
    )
    session.add(video)
    session.flush()
    billed_to = BilledTo(workspace_id=workspace_id, video_id=video.id)
    job = PageJob(url=url, viewport=viewport, steps=request.steps, visitor=visitor, billed_to=billed_to)
    freshness = freshness_window(video.created_at, settings.recording_freshness_hours)
    video.page_job = f"recordings/{workspace_id}/pages/{page_key(job, freshness)}"
    session.add_all(
        VideoStep(
            video_id=video.id,
            name=name,
            workspace_id=workspace_id,
            position=position,
            # it has no database to say so itself
            status="processing" if name == "check_page" else "pending",
        )
        for position, name in enumerate(STEPS)
    )
    if not storage.exists(f"{video.page_job}/{JOB}"):  # whoever came first pays for it
        storage.put(f"{video.page_job}/{JOB}", job.model_dump_json().encode(), "application/json")
    session.flush()
    return video


def _approvals(request: VideoRequest, session: Session, workspace_id: int) -> dict[str, bool]:
    workspace = session.get_one(Workspace, workspace_id)
    rules = {"approve_script": workspace.approve_scripts, "approve_voice": workspace.approve_voices}
    for name, required in rules.items():
        if required and getattr(request, name) is False:
            raise WrongRequest(f"{name}: the workspace has it approved for every video")
    return {name: required or bool(getattr(request, name)) for name, required in rules.items()}


def _lead(request: VideoRequest, session: Session, workspace_id: int) -> int:
    if request.lead_id is not None:
        return read_lead(session, request.lead_id).id
    fields = request.model_dump(include={"name", "company", "industry", "email"})
    return add_lead(session, workspace_id, LeadFields.model_validate(fields)).id
