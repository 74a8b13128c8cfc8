"""Scripts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from functions.api.call import Call
from functions.api.parameters import Id, IdFilter, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Reader, Writer
from shared.database.paging import Asked, Page
from shared.videos import (
    ScriptChanges,
    ScriptState,
    ScriptVersionState,
    answers_due,
    change_script,
    list_script_versions,
    list_scripts,
    mark_script,
    read_script,
    remove_script,
    send,
)
from shared.videos.parts.scripts import SORTABLE, VERSIONS_SORTABLE

PATH = "/api/v1/videos/scripts"
router = APIRouter(prefix=PATH, tags=["scripts"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]
VersionsAsked = Annotated[Asked, Depends(page_of(VERSIONS_SORTABLE))]
Status = Literal[
    "pending", "processing", "waiting_approval", "completed", "failed", "rejected", "cancelled", "deleting"
]
Approval = Literal["pending", "approved", "rejected"]


@router.get("", operation_id="listScripts", response_model=Page[ScriptState])
def all_of_them(
    call: Reader,
    asked: PageAsked,
    lead_id: IdFilter = None,
    status: Status | None = None,
    is_approved: Approval | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List scripts, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(
            list_scripts(session, asked, lead_id=lead_id, status=status, is_approved=is_approved)
        )


@router.get(
    "/{script_id:id}", operation_id="getScript", response_model=ScriptState, responses=problem_answers(404)
)
def one(call: Reader, script_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a script."""
    with call.session() as session:
        return call.show(read_script(session, script_id))


@router.get(
    "/{script_id:id}/versions",
    operation_id="listScriptVersions",
    response_model=Page[ScriptVersionState],
    responses=problem_answers(404),
)
def versions(
    call: Reader, script_id: Id, asked: VersionsAsked, if_none_match: IfNoneMatch = None
) -> Response:
    """List what a script was before each edit, the last first unless asked otherwise."""
    with call.session() as session:
        return call.list(list_script_versions(session, script_id, asked))


@router.patch(
    "/{script_id:id}",
    operation_id="changeScript",
    response_model=ScriptState,
    responses=problem_answers(404, 409, 412),
)
def change(call: Writer, script_id: Id, changes: ScriptChanges, if_match: IfMatch = None) -> Response:
    """Edit a script's sections, approve or reject it. New words make a new version that nobody approved."""
    return call.change(
        lambda session: read_script(session, script_id, lock=True),
        lambda session: change_script(session, script_id, changes, call.principal.actor),
        changes,
        f"{PATH}/{script_id}",
        then=lambda: _tell(call, script_id),
    )


def _tell(call: Call, script_id: int) -> None:
    """The pipelines that wait for a decision on the script."""
    with call.session() as session:
        answers = answers_due(session, script_id=script_id)
    if answers:
        send(call.tools.executions, answers)


@router.delete(
    "/{script_id:id}", operation_id="deleteScript", status_code=204, responses=problem_answers(404, 409, 412)
)
def delete(call: Writer, script_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a script that no voiceover speaks, with its versions."""
    return call.delete(
        lambda session: read_script(session, script_id, lock=True),
        lambda session: mark_script(session, script_id),
        f"{PATH}/{script_id}",
        then=lambda: remove_script(call.workspace_id, script_id, call.tools.database, call.tools.storage),
    )
