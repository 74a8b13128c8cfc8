"""Mail that brings leads their videos."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from functions.api.parameters import Id, IdempotencyKey, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Reader, Writer
from shared.database.paging import Asked, Page
from shared.mail import MailFields, MailState, MailStatus, add_mail, list_mails, read_mail
from shared.mail.mails import SORTABLE

PATH = "/api/v1/videos/hosted"
router = APIRouter(prefix=PATH, tags=["mail"], responses=problem_answers(401, 403, 404, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]


@router.post(
    "/{hosted_video_id:id}/mails",
    operation_id="mailHostedVideo",
    status_code=202,
    response_model=MailState,
    responses=problem_answers(409),
)
def send(
    call: Writer, hosted_video_id: Id, fields: MailFields, idempotency_key: IdempotencyKey = None
) -> Response:
    """Mail a hosted video to its lead, with its picture; tried again for a day if that can't be done."""
    return call.add(
        lambda session: add_mail(session, call.workspace_id, hosted_video_id, fields, call.tools.settings),
        fields,
        lambda mail: f"{PATH}/{hosted_video_id}/mails/{mail.id}",
        status=202,
    )


@router.get("/{hosted_video_id:id}/mails", operation_id="listMails", response_model=Page[MailState])
def all_of_them(
    call: Reader,
    hosted_video_id: Id,
    asked: PageAsked,
    status: MailStatus | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List the mails with a hosted video, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(list_mails(session, hosted_video_id, asked, status=status))


@router.get("/{hosted_video_id:id}/mails/{mail_id:id}", operation_id="getMail", response_model=MailState)
def one(call: Reader, hosted_video_id: Id, mail_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a mail, and whether it was sent."""
    with call.session() as session:
        return call.show(read_mail(session, hosted_video_id, mail_id))
