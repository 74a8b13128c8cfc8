"""The audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from functions.api.parameters import Filter, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Manager
from shared.accounts import AuditLine, list_changes
from shared.accounts.auditing import SORTABLE
from shared.database.paging import Asked, Page

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]


@router.get("", operation_id="listChanges", response_model=Page[AuditLine])
def changes(
    call: Manager,
    asked: PageAsked,
    actor: Filter = None,
    resource: Filter = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List who changed what, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(list_changes(session, asked, actor=actor, resource=resource))
