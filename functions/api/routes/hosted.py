"""Hosted videos, and how they are watched."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from functions.api.parameters import Day, Id, IdFilter, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Reader, Writer
from shared.analytics import HostedAnalytics, hosted_analytics
from shared.database.paging import Asked, Page
from shared.hosting import show_hosted
from shared.videos import (
    HostedChanges,
    HostedState,
    Privacy,
    change_hosted,
    list_hosted,
    mark_hosted,
    read_hosted,
    remove_hosted,
)
from shared.videos.parts.hosted import SORTABLE

PATH = "/api/v1/videos/hosted"
router = APIRouter(prefix=PATH, tags=["hosted videos"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]
Status = Literal["pending", "processing", "ready", "failed", "cancelled", "deleting"]


@router.get("", operation_id="listHostedVideos", response_model=Page[HostedState])
def all_of_them(
    call: Reader,
    asked: PageAsked,
    lead_id: IdFilter = None,
    composed_video_id: IdFilter = None,
    status: Status | None = None,
    privacy: Privacy | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List hosted videos, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(
            list_hosted(
                session,
                asked,
                lead_id=lead_id,
                composed_video_id=composed_video_id,
                status=status,
                privacy=privacy,
            )
        )


@router.get(
    "/{hosted_video_id:id}",
    operation_id="getHostedVideo",
    response_model=HostedState,
    responses=problem_answers(404),
)
def one(call: Reader, hosted_video_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a hosted video."""
    with call.session() as session:
        return call.show(read_hosted(session, hosted_video_id))


@router.patch(
    "/{hosted_video_id:id}",
    operation_id="changeHostedVideo",
    response_model=HostedState,
    responses=problem_answers(404, 409, 412),
)
def change(call: Writer, hosted_video_id: Id, changes: HostedChanges, if_match: IfMatch = None) -> Response:
    """Change what is said on a video's pages, and who may see them; fields that are left out stay."""
    tools = call.tools

    def show() -> None:
        if changes.on_pages:
            show_hosted(call.workspace_id, hosted_video_id, tools.database, tools.storage, tools.settings)

    return call.change(
        lambda session: read_hosted(session, hosted_video_id, lock=True),
        lambda session: change_hosted(session, hosted_video_id, changes, tools.storage),
        changes,
        f"{PATH}/{hosted_video_id}",
        then=show,
    )


@router.delete(
    "/{hosted_video_id:id}",
    operation_id="deleteHostedVideo",
    status_code=204,
    responses=problem_answers(404, 409, 412),
)
def delete(call: Writer, hosted_video_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a hosted video: its pages and media are gone, and who watched it."""
    return call.delete(
        lambda session: read_hosted(session, hosted_video_id, lock=True),
        lambda session: mark_hosted(session, hosted_video_id),
        f"{PATH}/{hosted_video_id}",
        then=lambda: remove_hosted(
            call.workspace_id, hosted_video_id, call.tools.database, call.tools.storage
        ),
    )


@router.get(
    "/{hosted_video_id:id}/analytics",
    operation_id="getHostedVideoAnalytics",
    response_model=HostedAnalytics,
    responses=problem_answers(404),
)
def analytics(
    call: Reader,
    hosted_video_id: Id,
    first_day: Annotated[Day, Query(alias="from", description="The first view's, if left out.")] = None,
    last_day: Annotated[Day, Query(alias="to", description="The last view's, if left out.")] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Show how a video was watched, without mail scanners, bots and ourselves. Days are UTC."""
    with call.session() as session:
        return call.show(hosted_analytics(session, hosted_video_id, first_day, last_day))
