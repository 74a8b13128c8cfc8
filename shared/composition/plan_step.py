"""The plan step: makes a video's timeline and writes the recorder's jobs."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from shared.composition.cards import CardFields, Look
from shared.composition.film import Film, film_of
from shared.composition.options import Branding, Styling
from shared.composition.plan import plan_video
from shared.composition.plan_recording import plan_recording
from shared.composition.request import Request, Spoken
from shared.composition.reserving import NothingRecorded, recorded_by, reserve_recording
from shared.composition.timeline import Timeline
from shared.database.models import Lead, Video, VideoScript, VideoStep, Voiceover
from shared.encoding import ClipStore
from shared.media.presets import EncoderSettings
from shared.recording import (
    JOB,
    PAGE_IMAGE,
    PROGRESS,
    RESULT,
    BilledTo,
    PageReport,
    Viewport,
    freshness_window,
)
from shared.scripting import Script
from shared.storage import Storage
from shared.workflow import Tools, VideoEvent, begin_step, note_work, settle_step


def timeline_key(workspace_id: int, video_id: int) -> str:
    """Where a video's timeline is kept."""
    return f"videos/{workspace_id}/{video_id}/timeline.json"


def plan_scenes(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {jobs, clips, quality}: the prefixes of what is not filmed yet and of what is not encoded yet,
    and what to know of the plan."""
    storage, workspace_id, video_id = tools.storage, event.workspace_id, event.video_id
    page = _checked_page(event, tools)
    with tools.database.workspace(workspace_id) as session:
        video = session.get_one(Video, video_id)
        request = _request(session, video, page, tools)
        if video.operation == "recording":
            plan = plan_recording(request, video.options.get("duration_seconds"))
        else:
            plan = plan_video(request)
        reserve_recording(session, video)
    store = ClipStore(storage)
    clips = {prefix: job for prefix, job in plan.clips.items() if store.missing(prefix, job.levels)}
    jobs = {prefix: job for prefix, job in plan.jobs.items() if not storage.exists(f"{prefix}/{RESULT}")}
    for prefix, job in (*jobs.items(), *clips.items(), *plan.media.items()):
        storage.delete(f"{prefix}/{PROGRESS}")
        storage.put(f"{prefix}/{JOB}", job.model_dump_json().encode(), "application/json")
    storage.put(
        timeline_key(workspace_id, video_id), plan.timeline.model_dump_json().encode(), "application/json"
    )
    frames = {prefix: job.frame_count for prefix, job in plan.jobs.items()}
    begin_step(tools.database, workspace_id, video_id, "record", {"jobs": frames})
    to_encode = {prefix: job.shot.frame_count for prefix, job in clips.items()}
    note_work(tools.database, workspace_id, video_id, "compose", {"clips": to_encode})
    return {
        "jobs": list(jobs),
        "clips": list(clips),
        "quality": {"findings": [finding.model_dump(mode="json") for finding in plan.findings]},
    }


def _checked_page(event: VideoEvent, tools: Tools) -> PageReport:
    """The page's report; `check page` has no database, so its row is settled here.

    The page may have been checked for a video before: what was done by the time this one was asked for
    took it no time.
    """
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        page_job, asked_at = video.page_job, video.created_at
        is_checked_for_it = session.get(VideoStep, (event.video_id, "check_page")) is not None
    page = PageReport.model_validate_json(tools.storage.get(f"{page_job}/{RESULT}"))
    if not is_checked_for_it:  # but for the recording that the video shows
        return page
    settle_step(
        tools.database, event.workspace_id, event.video_id, "check_page",
        max(page.work.started_at, asked_at), max(page.work.finished_at, asked_at),
        {
            "verdict": page.verdict, "reasons": page.reasons,
            "quality": page.quality.model_dump(mode="json") | {"verdict": page.verdict},
        },
    )  # fmt: skip
    return page


def _request(session: Session, video: Video, page: PageReport, tools: Tools) -> Request:
    lead = session.get_one(Lead, video.lead_id)
    script, speech = _said(session, video)
    options, storage = video.options, tools.storage
    styling = Styling.model_validate(options.get("styling", {}))
    return Request(
        workspace_id=video.workspace_id,
        fields=CardFields(
            name=lead.name, company=lead.company, title=lead.title or "", industry=lead.industry or ""
        ),
        script=script,
        speech=speech,
        film=_film(session, video, storage) if video.operation == "composition" else None,
        page=page,
        page_image=storage.get(f"{video.page_job}/{PAGE_IMAGE}"),
        viewport=Viewport.model_validate(options["viewport"]),
        freshness=freshness_window(video.created_at, tools.settings.recording_freshness_hours),
        look=_look(styling.branding, script.language, storage, captioned=styling.captions == "burned"),
        styling=styling,
        encoder=EncoderSettings.from_settings(tools.settings, styling.quality),
        pictures={
            insert.media_path: storage.get(insert.media_path)
            for insert in styling.inserts
            if insert.media_path.endswith((".png", ".jpg"))
        },
        billed_to=BilledTo(workspace_id=video.workspace_id, video_id=video.id),
        steps=options.get("steps", ()),
        show_cursor=options.get("show_cursor", True),
        highlight_clicks=options.get("highlight_clicks", True),
        visitor=options.get("visitor", {}),
    )


def _said(session: Session, video: Video) -> tuple[Script, tuple[Spoken, ...]]:
    """The script and its speech; both empty of a recording on its own."""
    if video.voiceover_id is None:
        return Script(
            script_style="professional", sections=(), total_duration_seconds=0, ai_model_used=""
        ), ()
    script = session.get_one(VideoScript, video.video_script_id)
    voiceover = session.get_one(Voiceover, video.voiceover_id)
    return (
        Script(
            script_style=script.script_style,
            language=script.language,
            sections=script.sections,
            total_duration_seconds=script.total_duration_seconds,
            ai_model_used=script.ai_model_used or "",
        ),
        tuple(Spoken.model_validate(section) for section in voiceover.sections),
    )


def _film(session: Session, video: Video, storage: Storage) -> Film:
    """What was filmed of the page for the recording that the video is to show."""
    run = recorded_by(session, video.screen_recording_id)
    film = film_of(Timeline.model_validate_json(storage.get(timeline_key(video.workspace_id, run.id))))
    if film is None:
        raise NothingRecorded(f"recording {video.screen_recording_id} shows no page")
    return film


def _look(branding: Branding, language: str, storage: Storage, *, captioned: bool) -> Look:
    if not branding.apply_branding:
        return Look(template=branding.template, language=language, captioned=captioned)

    def text(key: str | None) -> str | None:
        return None if key is None else storage.get(key).decode()

    return Look(
        template=branding.template,
        primary_color=branding.primary_color,
        accent_color=branding.accent_color,
        font=branding.font,
        logo=storage.get(branding.logo_path) if branding.logo_path else None,
        language=language,
        captioned=captioned,
        own_intro=text(branding.intro_path),
        own_outro=text(branding.outro_path),
    )
