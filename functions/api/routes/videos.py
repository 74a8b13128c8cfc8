"""Videos: the whole pipeline for one lead, in one call."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from functions.api.call import Call
from functions.api.parameters import Id, IdempotencyKey, IdFilter, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Reader, Writer
from shared.database.models import Video
from shared.database.paging import Asked, Page
from shared.storage import Storage
from shared.values import Value
from shared.videos import (
    UNENDED,
    ApprovalState,
    StepState,
    VideoLine,
    VideoRequest,
    approvals_of,
    ask_for_video,
    execution_of,
    find_video,
    list_videos,
    mark_video,
    plan_for,
    remove_video,
    sample_of,
    video_state,
)
from shared.videos.watching import SORTABLE
from shared.workflow import ApprovalKind

PATH = "/api/v1/videos"
ASK_AGAIN_SECONDS = 2
router = APIRouter(prefix=PATH, tags=["videos"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]
Status = Literal[
    "pending", "processing", "waiting_approval", "completed", "failed", "rejected", "cancelled", "deleting"
]


class StepShown(Value):
    """progress: 0 to 1. seconds: None until it has ended. cost_usd: so far."""

    name: str
    status: str
    progress: float
    seconds: float | None
    cost_usd: float
    frames_done: int
    frames_total: int


class VideoOrder(VideoRequest):
    """A video for one lead. dry_run: say what would be done and what it costs, and start nothing."""

    dry_run: bool = False


class RangeShown(Value):
    """What to expect: at best, mostly, and at worst."""

    low: float
    likely: float
    high: float


class StepPlanned(Value):
    """basis: `measured` on the workspace's own videos, or `assumed`."""

    name: str
    basis: str
    cost_usd: RangeShown
    seconds: RangeShown


class VideoPlanned(Value):
    """What would be done. page_is_known: the page was checked, and mostly filmed, not long ago."""

    dry_run: Literal[True] = True
    url: str
    resolution: str
    duration_seconds: float
    quality_versions: tuple[str, ...]
    page_is_known: bool
    steps: tuple[StepPlanned, ...]
    cost_usd: RangeShown
    seconds: RangeShown


class VoiceSample(Value):
    """The first section as it will be spoken. url: of the sound, a WAV, for whoever may see the video."""

    url: str
    text: str
    duration_seconds: float


class VideoShown(Value):
    """A video, with every step's state. seconds: from when it was asked for until its last step ended.

    attempt: how often it was begun. waits_for: what somebody has to approve now. approvals: all that is to be
    approved of it.
    """

    id: int
    lead_id: int
    batch_id: int | None
    demo_site_id: int | None
    url: str
    status: str
    attempt: int
    failed_step: str | None
    reason: str | None
    waits_for: ApprovalKind | None
    approvals: tuple[ApprovalState, ...]
    voice_sample: VoiceSample | None
    steps: tuple[StepShown, ...]
    cost_usd: float
    video_script_id: int | None
    voiceover_id: int | None
    screen_recording_id: int | None
    composed_video_id: int | None
    hosted_video_id: int | None
    share_url: str | None
    hls_url: str | None
    quality_versions: tuple[str, ...]
    certificate: str | None
    duration_seconds: float | None
    resolution: str | None
    seconds: float | None
    created_at: datetime
    updated_at: datetime


@router.post(
    "",
    operation_id="makeVideo",
    status_code=202,
    response_model=VideoShown,
    responses={
        200: {"model": VideoPlanned, "description": "Of a dry run: what would be done."},
        **problem_answers(404, 409),
    },
)
def make(call: Writer, request: VideoOrder, idempotency_key: IdempotencyKey = None) -> Response:
    """Make a video for a lead: check the page, write, speak, record, compose and host."""
    if request.dry_run:
        return call.once(lambda session: _planned(session, request, call))
    tools = call.tools

    def asked_for(session: Session) -> VideoShown:
        video = ask_for_video(session, request, call.workspace_id, tools.storage, tools.settings)
        return shown(video, session, tools.storage)

    response = call.add(
        asked_for, request, lambda video: f"{PATH}/{video.id}", status=202, begin=partial(begin, call)
    )
    response.headers["Retry-After"] = str(ASK_AGAIN_SECONDS)
    return response


@router.get("", operation_id="listVideos", response_model=Page[VideoLine])
def all_of_them(
    call: Reader,
    asked: PageAsked,
    status: Status | None = None,
    lead_id: IdFilter = None,
    batch_id: IdFilter = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List videos, the newest first unless asked otherwise."""
    with call.session() as session:
        found = list_videos(session, asked, status=status, lead_id=lead_id, batch_id=batch_id)
        return call.list(found)


@router.get(
    "/{video_id:id}", operation_id="getVideo", response_model=VideoShown, responses=problem_answers(404)
)
def one(call: Reader, video_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a video and how far its steps are; Retry-After says when to ask again, while it is being made."""
    with call.session() as session:
        video = shown(find_video(session, video_id), session, call.tools.storage)
    response = call.show(video)
    if video.status in UNENDED:
        response.headers["Retry-After"] = str(ASK_AGAIN_SECONDS)
    return response


def _planned(session: Session, request: VideoRequest, call: Call) -> Response:
    plan = plan_for(session, request, call.workspace_id, call.tools.storage, call.tools.settings)
    return call.show(
        VideoPlanned.model_validate(
            plan.model_dump(exclude={"estimate"}) | plan.estimate.model_dump(mode="python")
        )
    )


@router.delete(
    "/{video_id:id}", operation_id="deleteVideo", status_code=204, responses=problem_answers(404, 409, 412)
)
def delete(call: Writer, video_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a video: its pages, files and parts. Its lead stays, and what was spent."""
    tools = call.tools

    def read(session: Session) -> VideoShown:
        video = find_video(session, video_id)
        return shown(video, session, tools.storage)

    return call.delete(
        read,
        lambda session: mark_video(session, video_id),
        f"{PATH}/{video_id}",
        then=lambda: remove_video(
            call.workspace_id, video_id, tools.database, tools.storage, with_lead=False
        ),
    )


def begin(call: Call, video_id: int) -> None:
    """Start the pipeline for a video, once for each attempt."""
    with call.session() as session:
        video = find_video(session, video_id)
        execution = execution_of(video)
    call.tools.executions.start(*execution)


def shown(video: Video, session: Session, storage: Storage) -> VideoShown:
    state = video_state(video, session, storage)
    return VideoShown(
        id=video.id,
        lead_id=video.lead_id,
        batch_id=video.batch_id,
        demo_site_id=video.demo_site_id,
        url=video.url,
        status=video.status,
        attempt=video.attempt,
        failed_step=video.failed_step,
        reason=video.reason,
        waits_for=state.waits_for,
        approvals=approvals_of(session, video),
        voice_sample=_sample(session, video),
        steps=tuple(_step(step) for step in state.steps),
        cost_usd=float(state.cost_usd),
        video_script_id=video.video_script_id,
        voiceover_id=video.voiceover_id,
        screen_recording_id=video.screen_recording_id,
        composed_video_id=video.composed_video_id,
        hosted_video_id=video.hosted_video_id,
        share_url=state.share_url,
        hls_url=state.hls_url,
        quality_versions=state.versions,
        certificate=state.certificate_verdict,
        duration_seconds=state.duration_seconds,
        resolution=state.resolution,
        seconds=state.seconds,
        created_at=video.created_at,
        updated_at=video.updated_at,
    )


def _sample(session: Session, video: Video) -> VoiceSample | None:
    sample = sample_of(session, video.id)
    if sample is None:
        return None
    return VoiceSample(
        url=f"{PATH}/{video.id}/voice-sample",
        text=sample["text"],
        duration_seconds=sample["duration_seconds"],
    )


def _step(step: StepState) -> StepShown:
    return StepShown(
        name=step.name,
        status=step.status,
        progress=step.progress,
        seconds=step.seconds,
        cost_usd=float(step.cost_usd),
        frames_done=step.frames_done,
        frames_total=step.frames_total,
    )
