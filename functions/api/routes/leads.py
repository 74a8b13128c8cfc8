"""Leads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from functions.api.parameters import Filter, Id, IdempotencyKey, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Reader, Writer
from shared.database.paging import Asked, Page
from shared.leads import (
    LeadChanges,
    LeadFields,
    LeadState,
    add_lead,
    change_lead,
    delete_lead,
    list_leads,
    read_lead,
)
from shared.leads.keeping import SORTABLE

PATH = "/api/v1/leads"
router = APIRouter(prefix=PATH, tags=["leads"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]


@router.post(
    "", operation_id="addLead", status_code=201, response_model=LeadState, responses=problem_answers(409)
)
def add(call: Writer, fields: LeadFields, idempotency_key: IdempotencyKey = None) -> Response:
    """Add a lead."""
    return call.add(
        lambda session: add_lead(session, call.workspace_id, fields), fields, lambda lead: f"{PATH}/{lead.id}"
    )


@router.get("", operation_id="listLeads", response_model=Page[LeadState])
def all_of_them(
    call: Reader,
    asked: PageAsked,
    company: Filter = None,
    email: Filter = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List leads, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(list_leads(session, asked, company=company, email=email))


@router.get("/{lead_id:id}", operation_id="getLead", response_model=LeadState, responses=problem_answers(404))
def one(call: Reader, lead_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a lead."""
    with call.session() as session:
        return call.show(read_lead(session, lead_id))


@router.patch(
    "/{lead_id:id}", operation_id="changeLead", response_model=LeadState, responses=problem_answers(404, 412)
)
def change(call: Writer, lead_id: Id, changes: LeadChanges, if_match: IfMatch = None) -> Response:
    """Change fields of a lead; those that are left out stay."""
    return call.change(
        lambda session: read_lead(session, lead_id, lock=True),
        lambda session: change_lead(session, lead_id, changes),
        changes,
        f"{PATH}/{lead_id}",
    )


@router.delete(
    "/{lead_id:id}", operation_id="deleteLead", status_code=204, responses=problem_answers(404, 409, 412)
)
def delete(call: Writer, lead_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a lead that has no videos."""
    return call.delete(
        lambda session: read_lead(session, lead_id, lock=True),
        lambda session: delete_lead(session, lead_id),
        f"{PATH}/{lead_id}",
    )
