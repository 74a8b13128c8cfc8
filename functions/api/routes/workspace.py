"""The caller's workspace, and what it asks of every video."""

from __future__ import annotations

from fastapi import APIRouter, Response

from functions.api.parameters import IfMatch, IfNoneMatch
from functions.api.problems import problem_answers
from functions.api.signing_in import Manager, Reader
from shared.accounts import WorkspaceChanges, WorkspaceState, change_workspace, read_workspace

PATH = "/api/v1/workspace"
router = APIRouter(prefix=PATH, tags=["workspace"], responses=problem_answers(401, 403, 422, 503))


@router.get("", operation_id="getWorkspace", response_model=WorkspaceState)
def show(call: Reader, if_none_match: IfNoneMatch = None) -> Response:
    """Show the workspace."""
    with call.session() as session:
        return call.show(read_workspace(session, call.workspace_id))


@router.patch(
    "", operation_id="changeWorkspace", response_model=WorkspaceState, responses=problem_answers(412)
)
def change(call: Manager, changes: WorkspaceChanges, if_match: IfMatch = None) -> Response:
    """Say whether every script, or a sample of every voice, is approved before anything is spoken."""
    return call.change(
        lambda session: read_workspace(session, call.workspace_id, lock=True),
        lambda session: change_workspace(session, call.workspace_id, changes),
        changes,
        PATH,
    )
