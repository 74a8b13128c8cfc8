"""Programs that sign in by themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from functions.api.parameters import Id, IdempotencyKey, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Manager
from shared.accounts import ClientFields, ClientState, add_client, list_clients, read_client, revoke_client
from shared.accounts.machines import SORTABLE
from shared.database.paging import Asked, Page

PATH = "/api/v1/machine-clients"
router = APIRouter(prefix=PATH, tags=["machine clients"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]


@router.post(
    "",
    operation_id="addMachineClient",
    status_code=201,
    response_model=ClientState,
    responses=problem_answers(409),
)
def add(call: Manager, fields: ClientFields, idempotency_key: IdempotencyKey = None) -> Response:
    """Let a program sign in, with a role. Its secret is said once, here."""
    return call.add(
        lambda session: add_client(session, call.workspace_id, fields),
        fields,
        lambda client: f"{PATH}/{client.id}",
        secret=True,
    )


@router.get("", operation_id="listMachineClients", response_model=Page[ClientState])
def all_of_them(call: Manager, asked: PageAsked, if_none_match: IfNoneMatch = None) -> Response:
    """List programs that may sign in, and those that may no more."""
    with call.session() as session:
        return call.list(list_clients(session, asked))


@router.get(
    "/{client_id:id}",
    operation_id="getMachineClient",
    response_model=ClientState,
    responses=problem_answers(404),
)
def one(call: Manager, client_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a program that may sign in."""
    with call.session() as session:
        return call.show(read_client(session, client_id))


@router.delete(
    "/{client_id:id}",
    operation_id="revokeMachineClient",
    status_code=204,
    responses=problem_answers(404, 412),
)
def revoke(call: Manager, client_id: Id, if_match: IfMatch = None) -> Response:
    """Let a program in no more; tokens that it has are refused at once."""
    return call.delete(
        lambda session: read_client(session, client_id, lock=True),
        lambda session: revoke_client(session, client_id),
        f"{PATH}/{client_id}",
    )
