"""Voiceovers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from functions.api.parameters import Day, Id, IdFilter, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Accountant, Reader, Writer
from shared.database.paging import Asked, Page
from shared.videos import (
    NotKept,
    VoiceoverState,
    VoiceoverUsageReport,
    list_voiceovers,
    mark_voiceover,
    read_voiceover,
    remove_voiceover,
    voiceover_usage,
)
from shared.videos.parts.voiceovers import SORTABLE

PATH = "/api/v1/videos/voiceovers"
router = APIRouter(prefix=PATH, tags=["voiceovers"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]
Status = Literal[
    "pending", "processing", "waiting_approval", "completed", "failed", "rejected", "cancelled", "deleting"
]


@router.get("", operation_id="listVoiceovers", response_model=Page[VoiceoverState])
def all_of_them(
    call: Reader,
    asked: PageAsked,
    lead_id: IdFilter = None,
    video_script_id: IdFilter = None,
    status: Status | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List voiceovers, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(
            list_voiceovers(session, asked, lead_id=lead_id, video_script_id=video_script_id, status=status)
        )


# before what follows, which would take `usage` for an id
@router.get("/usage", operation_id="getVoiceoverUsage", response_model=VoiceoverUsageReport)
def usage(
    call: Accountant,
    first_day: Annotated[
        Day, Query(alias="from", description="Thirty days before the last, if left out.")
    ] = None,
    last_day: Annotated[Day, Query(alias="to", description="Today, if left out.")] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Sum day by day what was spoken, what it cost, and what need not be spoken again. Amounts are USD."""
    with call.session() as session:
        return call.show(voiceover_usage(session, first_day, last_day))


@router.get(
    "/{voiceover_id:id}",
    operation_id="getVoiceover",
    response_model=VoiceoverState,
    responses=problem_answers(404),
)
def one(call: Reader, voiceover_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a voiceover."""
    with call.session() as session:
        return call.show(read_voiceover(session, voiceover_id))


@router.get(
    "/{voiceover_id:id}/audio",
    operation_id="downloadVoiceover",
    status_code=307,
    response_class=Response,
    responses=problem_answers(404),
)
def audio(call: Reader, voiceover_id: Id) -> Response:
    """Go to the voiceover's file. The address holds for a quarter of an hour, and needs no token."""
    with call.session() as session:
        voiceover = read_voiceover(session, voiceover_id)
    if voiceover.audio_file_path is None:
        raise NotKept(f"voiceover {voiceover_id} has no file of its own: it is {voiceover.status}")
    kind = voiceover.audio_file_path.rpartition(".")[2]
    return call.download(voiceover.audio_file_path, f"voiceover-{voiceover_id}.{kind}")


@router.delete(
    "/{voiceover_id:id}",
    operation_id="deleteVoiceover",
    status_code=204,
    responses=problem_answers(404, 409, 412),
)
def delete(call: Writer, voiceover_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a voiceover that no composed video plays, with its file."""
    return call.delete(
        lambda session: read_voiceover(session, voiceover_id, lock=True),
        lambda session: mark_voiceover(session, voiceover_id),
        f"{PATH}/{voiceover_id}",
        then=lambda: remove_voiceover(
            call.workspace_id, voiceover_id, call.tools.database, call.tools.storage
        ),
    )
