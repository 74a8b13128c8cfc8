"""Asking for a video: the rows are made, the page's job is written, and the execution can start."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, Self

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
from shared.database.models import Video, Workspace
from shared.leads import LeadFields, add_lead, find_lead
from shared.recording import (
    Locale,
    PageJob,
    Timezone,
    TourStep,
    UnknownTimezone,
    Viewport,
    check_timezone,
)
from shared.scripting import Brand, Mode, Style
from shared.settings import Settings
from shared.storage import Storage
from shared.values import Given, Length, Name, Text
from shared.videos.pages import Site, SiteAsked, WrongRequest, find_site, keep_check, page_for, plan_check
from shared.videos.runs import Execution, begin_run, execution_of
from shared.voice import AudioFormat, VoicePreset, VoiceSettings


class VideoOptions(Given):
    """A video, whomever it is for.

    duration_seconds: of the whole video. viewport: None stands for the settings'.
    steps: of the tour of the page; without any, one is planned. url: without it, the demo site's.
    color_scheme, locale, timezone: None stands for the demo site's.
    approve_script, approve_voice: whether somebody approves it before a voice is bought; None stands for the
        workspace's rule, which nobody can go without.
    """

    url: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    demo_site_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    style: Style = "professional"
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    target_audience: Annotated[Text, Length(300)] | None = None
    brand: Brand = Brand()
    ai_model: Annotated[Text, Length(200)] | None = None
    script_mode: Mode = "bespoke"
    voice_preset: VoicePreset = "professional_male"
    voice_settings: VoiceSettings = VoiceSettings()
    voice_format: AudioFormat = "mp3"
    duration_seconds: int = 30
    key_messages: tuple[Annotated[Text, Length(300, least=1)], ...] = ()
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
    def _has_a_page(self) -> Self:
        if self.url is None and self.demo_site_id is None:
            raise ValueError("a video needs the url of a page, or a demo_site_id")
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


class VideoRequest(VideoOptions):
    """A video for one lead: one that is there, or one that is added with it."""

    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    name: Name | None = None
    company: Name | None = None
    industry: Annotated[Text, Length(300)] | None = None
    email: EmailStr | None = None

    @model_validator(mode="after")
    def _has_a_lead(self) -> Self:
        if self.lead_id is None and (self.name is None or self.company is None):
            raise ValueError("a video needs a lead_id, or the lead's name and company")
        if self.lead_id is not None and any((self.name, self.company, self.industry, self.email)):
            raise ValueError("a video has a lead_id, or the lead's name and company, not both")
        return self

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


def create_video(
    request: VideoRequest, workspace_id: int, database: Database, storage: Storage, settings: Settings
) -> Execution:
    """As `ask_for_video`, in a transaction of its own. Returns how its run is started."""
    with database.workspace(workspace_id) as session:
        return execution_of(ask_for_video(session, request, workspace_id, storage, settings))


def ask_for_video(
    session: Session, request: VideoRequest, workspace_id: int, storage: Storage, settings: Settings
) -> Video:
    """Make the video's rows, and the lead's unless it is there.

    Videos of one page, asked for within the same window of freshness, have one job that checks it.

    Raises:
        WrongRequest, NoSuchLead, NoSuchDemoSite, NotAllowed.
    """
    video, job = make_rows(session, request, workspace_id, storage, settings)
    keep_check(video, job, storage)
    return video


def make_rows(
    session: Session, request: VideoRequest, workspace_id: int, storage: Storage, settings: Settings
) -> tuple[Video, PageJob]:
    """The video, and the job that checks its page, which is not written yet. Raises as `ask_for_video`."""
    settled = settle(session, request, workspace_id, storage, settings)
    lead = find_lead(session, _lead(request, session, workspace_id))
    page = page_for(lead, settled.site, settings)
    video = begin_run(
        session, workspace_id, lead.id, "video", settled.options,
        url=page.url, demo_site_id=request.demo_site_id,
    )  # fmt: skip
    job = plan_check(video, page, settled.viewport, request.steps, settings)
    session.flush()
    return video, job


class Settled(NamedTuple):
    """What a video is made with, whomever it is for. options: as its row has them."""

    site: Site
    viewport: Viewport
    options: dict[str, Any]


def settle(
    session: Session, request: VideoOptions, workspace_id: int, storage: Storage, settings: Settings
) -> Settled:
    """What is left open takes the settings', the workspace's and the demo site's.

    Raises WrongRequest, NoSuchDemoSite.
    """
    if request.duration_seconds > settings.video_max_duration_seconds:
        raise WrongRequest(
            f"duration_seconds: at most {settings.video_max_duration_seconds} (VIDEO_MAX_DURATION_SECONDS)"
        )
    if request.duration_seconds < 5:
        raise WrongRequest("duration_seconds: at least 5")
    viewport = request.viewport or default_viewport(settings)
    check_keys(request.styling, workspace_id, storage)
    asked = request.model_dump(include=_OF_VISITOR | {"url", "demo_site_id"})
    site = find_site(session, SiteAsked.model_validate(asked))
    options = request.model_dump(mode="json", exclude=_OF_ROWS | _OF_VISITOR) | {
        "styling": request.styling.settled(settings).model_dump(mode="json"),
        "viewport": viewport.model_dump(mode="json"),
        "visitor": site.visitor.model_dump(mode="json"),
    }
    return Settled(site, viewport, options | _approvals(request, session, workspace_id))


def _approvals(request: VideoOptions, session: Session, workspace_id: int) -> dict[str, bool]:
    workspace = session.get_one(Workspace, workspace_id)
    rules = {"approve_script": workspace.approve_scripts, "approve_voice": workspace.approve_voices}
    for name, required in rules.items():
        if required and getattr(request, name) is False:
            raise WrongRequest(f"{name}: the workspace has it approved for every video")
    return {name: required or bool(getattr(request, name)) for name, required in rules.items()}


def _lead(request: VideoRequest, session: Session, workspace_id: int) -> int:
    if request.lead_id is not None:
        return request.lead_id
    fields = request.model_dump(include={"name", "company", "industry", "email"})
    return add_lead(session, workspace_id, LeadFields.model_validate(fields)).id


def check_keys(styling: Styling, workspace_id: int, storage: Storage) -> None:
    """Files that a video shows are the workspace's own, and there. Raises WrongRequest."""
    branding = styling.branding
    for field, key in (
        ("branding.logo_path", branding.logo_path),
        ("branding.intro_path", branding.intro_path),
        ("branding.outro_path", branding.outro_path),
        ("music_path", styling.music_path),
        *(("inserts.media_path", insert.media_path) for insert in styling.inserts),
    ):
        if key is not None and not (key.startswith(f"uploads/{workspace_id}/") and storage.exists(key)):
            raise WrongRequest(f"{field}: there is no upload {key}")
