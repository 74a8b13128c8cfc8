"""Asking for a batch: everything is checked, then its rows are written, all in the caller's transaction.

What is to be done for each video beyond its rows is done when it is started: a request ends within seconds,
however many leads it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from pydantic import Field
from sqlalchemy.orm import Session

from shared.costs import Range
from shared.database.models import Batch, Lead
from shared.egress import NotAllowed
from shared.leads import LeadRow, RowError, WrongRows, add_leads, leads_of
from shared.recording import PageJob
from shared.settings import Settings
from shared.storage import Storage
from shared.values import Given, Name, Value
from shared.videos import (
    Settled,
    VideoOptions,
    WrongRequest,
    add_videos,
    estimate_for,
    page_for,
    place_of,
    planned,
    settle,
)

MOST_LEADS = 1000


class BatchRequest(Given):
    """A video for each of many leads. video: what is made, and its url may have fields of a lead, such as
    `{company}`, in it."""

    name: Name | None = None
    leads: Annotated[tuple[LeadRow, ...], Field(min_length=1, max_length=MOST_LEADS)]
    video: VideoOptions


class BatchPlan(Value):
    """What would be made, and what it costs. The first video of each page films it, the others share that.

    pages: how many different ones. url, page_is_known: of the first lead's. first_cost_usd,
    further_cost_usd: of the first video, and of each that shares its page. cost_usd: of all.
    """

    leads: int
    pages: int
    url: str
    resolution: str
    duration_seconds: float
    quality_versions: tuple[str, ...]
    page_is_known: bool
    first_cost_usd: Range
    further_cost_usd: Range
    cost_usd: Range


class _Checked(NamedTuple):
    """places: of the check of each lead's page, (url, storage prefix)."""

    settled: Settled
    leads: list[Lead]
    places: list[tuple[str, str]]


def ask_for_batch(
    session: Session, request: BatchRequest, workspace_id: int, storage: Storage, settings: Settings
) -> Batch:
    """Raises WrongRequest, WrongRows, NoSuchDemoSite; then nothing is written."""
    checked = _check(session, request, workspace_id, storage, settings)
    batch = Batch(workspace_id=workspace_id, name=request.name, status="pending", attempt=1)
    session.add(batch)
    session.flush()
    common = {
        "batch_id": batch.id,
        "demo_site_id": request.video.demo_site_id,
        "options": checked.settled.options,
    }
    lead_ids = add_leads(session, workspace_id, checked.leads)
    add_videos(
        session,
        workspace_id,
        [
            common | {"lead_id": lead_id, "url": url, "page_job": page_job}
            for lead_id, (url, page_job) in zip(lead_ids, checked.places, strict=True)
        ],
    )
    return batch


def plan_batch(
    session: Session, request: BatchRequest, workspace_id: int, storage: Storage, settings: Settings
) -> BatchPlan:
    """All that asking checks is checked, and nothing is written. Raises as `ask_for_batch`."""
    checked = _check(session, request, workspace_id, storage, settings)
    url, page_job = checked.places[0]
    viewport = {"width": checked.settled.viewport.width, "height": checked.settled.viewport.height}
    first = planned(session, request.video, url, page_job, viewport, storage, settings)
    new = estimate_for(session, request.video, settings, is_shared=False).cost_usd
    further = estimate_for(session, request.video, settings, is_shared=True).cost_usd
    leads, pages = len(checked.leads), len({place for _, place in checked.places})
    return BatchPlan(
        leads=leads,
        pages=pages,
        first_cost_usd=first.estimate.cost_usd,
        further_cost_usd=further,
        cost_usd=first.estimate.cost_usd + _times(new, pages - 1) + _times(further, leads - pages),
        **first.model_dump(exclude={"estimate"}),
    )


def _times(cost: Range, number: int) -> Range:
    return Range(low=cost.low * number, likely=cost.likely * number, high=cost.high * number)


def _check(
    session: Session, request: BatchRequest, workspace_id: int, storage: Storage, settings: Settings
) -> _Checked:
    settled = settle(session, request.video, workspace_id, storage, settings)
    leads = leads_of(session, request.leads)
    places = _places(leads, settled, request.video, workspace_id, settings)
    return _Checked(settled, leads, places)


def _places(
    leads: Sequence[Lead], settled: Settled, video: VideoOptions, workspace_id: int, settings: Settings
) -> list[tuple[str, str]]:
    """Raises WrongRows for leads without a field that the url needs."""
    now = datetime.now(UTC)
    known: dict[str, str] = {}
    places, wrong = [], []
    for row, lead in enumerate(leads):
        try:
            page = page_for(lead, settled.site, settings)
        except (WrongRequest, NotAllowed) as error:
            wrong.append(RowError(row=row, detail=str(error)))
            continue
        if page.url not in known:
            job = PageJob(url=page.url, viewport=settled.viewport, steps=video.steps, visitor=page.visitor)
            known[page.url] = place_of(job, workspace_id, now, settings)
        places.append((page.url, known[page.url]))
    if wrong:
        raise WrongRows(wrong)
    return places
