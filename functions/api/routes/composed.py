"""Composed videos."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from functions.api.parameters import Id, IdFilter, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Reader, Writer
from shared.database.paging import Asked, Page
from shared.videos import (
    CertificateState,
    ComposedState,
    NotKept,
    list_composed,
    mark_composed,
    read_certificate,
    read_composed,
    remove_composed,
    version_key,
)
from shared.videos.parts.composed import SORTABLE

PATH = "/api/v1/videos/composed"
router = APIRouter(prefix=PATH, tags=["composed videos"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]
Status = Literal[
    "pending", "processing", "waiting_approval", "completed", "failed", "rejected", "cancelled", "deleting"
]
Quality = Annotated[
    str | None, Query(pattern="^[0-9]{3,4}p$", description="Such as `720p`; the largest, if left out.")
]


@router.get("", operation_id="listComposedVideos", response_model=Page[ComposedState])
def all_of_them(
    call: Reader,
    asked: PageAsked,
    lead_id: IdFilter = None,
    status: Status | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List composed videos, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(list_composed(session, asked, lead_id=lead_id, status=status))


@router.get(
    "/{composed_video_id:id}",
    operation_id="getComposedVideo",
    response_model=ComposedState,
    responses=problem_answers(404),
)
def one(call: Reader, composed_video_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a composed video, its sizes, and the work that it was."""
    with call.session() as session:
        return call.show(read_composed(session, composed_video_id))


@router.get(
    "/{composed_video_id:id}/file",
    operation_id="downloadComposedVideo",
    status_code=307,
    response_class=Response,
    responses=problem_answers(404),
)
def file(call: Reader, composed_video_id: Id, quality: Quality = None) -> Response:
    """Go to an MP4 of the video. The address holds for a quarter of an hour, and needs no token."""
    with call.session() as session:
        key = version_key(read_composed(session, composed_video_id), quality)
    return call.download(key, f"video-{composed_video_id}-{key.rpartition('/')[2]}")


@router.get(
    "/{composed_video_id:id}/thumbnail",
    operation_id="downloadThumbnail",
    status_code=307,
    response_class=Response,
    responses=problem_answers(404),
)
def thumbnail(call: Reader, composed_video_id: Id) -> Response:
    """Go to the video's still picture, a JPEG. The address holds for a quarter of an hour."""
    with call.session() as session:
        composed = read_composed(session, composed_video_id)
    if composed.thumbnail_path is None:
        raise NotKept(f"composed video {composed_video_id} has no thumbnail: it is {composed.status}")
    return call.download(composed.thumbnail_path, f"video-{composed_video_id}.jpg")


@router.get(
    "/{composed_video_id:id}/certificate",
    operation_id="getCertificate",
    response_model=CertificateState,
    responses=problem_answers(404),
)
def certificate(call: Reader, composed_video_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show all that was measured of a composed video, each figure beside its limit."""
    with call.session() as session:
        return call.show(read_certificate(session, composed_video_id))


@router.delete(
    "/{composed_video_id:id}",
    operation_id="deleteComposedVideo",
    status_code=204,
    responses=problem_answers(404, 409, 412),
)
def delete(call: Writer, composed_video_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a composed video that is not hosted, with its files."""
    return call.delete(
        lambda session: read_composed(session, composed_video_id, lock=True),
        lambda session: mark_composed(session, composed_video_id),
        f"{PATH}/{composed_video_id}",
        then=lambda: remove_composed(
            call.workspace_id, composed_video_id, call.tools.database, call.tools.storage
        ),
    )
