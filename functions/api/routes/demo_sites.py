"""Demo sites."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from functions.api.parameters import Id, IdempotencyKey, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Reader, Writer
from shared.database.paging import Asked, Page
from shared.videos import (
    DemoSiteChanges,
    DemoSiteFields,
    DemoSiteState,
    add_demo_site,
    change_demo_site,
    delete_demo_site,
    list_demo_sites,
    read_demo_site,
)
from shared.videos.demo_sites import SORTABLE

PATH = "/api/v1/demo-sites"
router = APIRouter(prefix=PATH, tags=["demo sites"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]


@router.post(
    "",
    operation_id="addDemoSite",
    status_code=201,
    response_model=DemoSiteState,
    responses=problem_answers(409),
)
def add(call: Writer, fields: DemoSiteFields, idempotency_key: IdempotencyKey = None) -> Response:
    """Add a page that is often recorded. Headers and cookies are sealed, and never shown again."""
    return call.add(
        lambda session: add_demo_site(session, call.workspace_id, fields, call.tools.settings),
        fields,
        lambda site: f"{PATH}/{site.id}",
    )


@router.get("", operation_id="listDemoSites", response_model=Page[DemoSiteState])
def all_of_them(call: Reader, asked: PageAsked, if_none_match: IfNoneMatch = None) -> Response:
    """List demo sites, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(list_demo_sites(session, asked))


@router.get(
    "/{demo_site_id:id}",
    operation_id="getDemoSite",
    response_model=DemoSiteState,
    responses=problem_answers(404),
)
def one(call: Reader, demo_site_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a demo site."""
    with call.session() as session:
        return call.show(read_demo_site(session, demo_site_id))


@router.patch(
    "/{demo_site_id:id}",
    operation_id="changeDemoSite",
    response_model=DemoSiteState,
    responses=problem_answers(404, 412),
)
def change(call: Writer, demo_site_id: Id, changes: DemoSiteChanges, if_match: IfMatch = None) -> Response:
    """Change fields of a demo site; those that are left out stay."""
    return call.change(
        lambda session: read_demo_site(session, demo_site_id, lock=True),
        lambda session: change_demo_site(session, demo_site_id, changes, call.tools.settings),
        changes,
        f"{PATH}/{demo_site_id}",
    )


@router.delete(
    "/{demo_site_id:id}",
    operation_id="deleteDemoSite",
    status_code=204,
    responses=problem_answers(404, 409, 412),
)
def delete(call: Writer, demo_site_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a demo site that no video was made of."""
    return call.delete(
        lambda session: read_demo_site(session, demo_site_id, lock=True),
        lambda session: delete_demo_site(session, demo_site_id),
        f"{PATH}/{demo_site_id}",
    )
