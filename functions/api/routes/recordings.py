"""Recordings."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from functions.api.parameters import Id, IdFilter, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Reader, Writer
from shared.database.paging import Asked, Page
from shared.videos import (
    NotKept,
    RecordingState,
    list_recordings,
    mark_recording,
    read_recording,
    remove_recording,
)
from shared.videos.parts.recordings import SORTABLE

PATH = "/api/v1/videos/recordings"
router = APIRouter(prefix=PATH, tags=["recordings"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]
Status = Literal["pending", "recording", "completed", "failed", "cancelled", "deleting"]


@router.get("", operation_id="listRecordings", response_model=Page[RecordingState])
def all_of_them(
    call: Reader,
    asked: PageAsked,
    lead_id: IdFilter = None,
    demo_site_id: IdFilter = None,
    status: Status | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List recordings, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(
            list_recordings(session, asked, lead_id=lead_id, demo_site_id=demo_site_id, status=status)
        )


@router.get(
    "/{recording_id:id}",
    operation_id="getRecording",
    response_model=RecordingState,
    responses=problem_answers(404),
)
def one(call: Reader, recording_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a recording."""
    with call.session() as session:
        return call.show(read_recording(session, recording_id))


@router.get(
    "/{recording_id:id}/file",
    operation_id="downloadRecording",
    status_code=307,
    response_class=Response,
    responses=problem_answers(404),
)
def file(call: Reader, recording_id: Id) -> Response:
    """Go to the recording's file. The address holds for a quarter of an hour, and needs no token."""
    with call.session() as session:
        recording = read_recording(session, recording_id)
    if recording.file_path is None:
        raise NotKept(f"recording {recording_id} has no file: it is {recording.status}")
    kind = recording.file_path.rpartition(".")[2]
    return call.download(recording.file_path, f"recording-{recording_id}.{kind}")


@router.delete(
    "/{recording_id:id}",
    operation_id="deleteRecording",
    status_code=204,
    responses=problem_answers(404, 409, 412),
)
def delete(call: Writer, recording_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a recording that no composed video shows, with its file."""
    return call.delete(
        lambda session: read_recording(session, recording_id, lock=True),
        lambda session: mark_recording(session, recording_id),
        f"{PATH}/{recording_id}",
        then=lambda: remove_recording(
            call.workspace_id, recording_id, call.tools.database, call.tools.storage
        ),
    )
