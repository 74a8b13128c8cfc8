"""What was spent."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from functions.api.parameters import Day, IfNoneMatch
from functions.api.problems import problem_answers
from functions.api.signing_in import Accountant
from shared.costs import By, VendorState, cost_report, vendor_states
from shared.values import Value

PATH = "/api/v1/costs"
router = APIRouter(prefix=PATH, tags=["costs"], responses=problem_answers(401, 403, 422, 503))
VideoId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


class CostLineShown(Value):
    """key: the day, month, step, source, kind or video; null for what belongs to none."""

    key: str | None
    amount_usd: float
    entries: int


class CostReportShown(Value):
    """From the first day to the last, both included, in UTC."""

    first_day: date
    last_day: date
    by: By
    lines: tuple[CostLineShown, ...]
    total_usd: float
    next_video: int | None


@router.get("", operation_id="getCosts", response_model=CostReportShown)
def costs(
    call: Accountant,
    by: By = "day",
    first_day: Annotated[
        Day, Query(alias="from", description="Thirty days before the last, if left out.")
    ] = None,
    last_day: Annotated[Day, Query(alias="to", description="Today, if left out.")] = None,
    video_id: Annotated[VideoId, Query(description="Of one video only.")] = None,
    batch_id: Annotated[VideoId, Query(description="Of a batch's videos only.")] = None,
    before_video: Annotated[VideoId, Query(description="`next_video` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Sum what was spent, by day, month, step, source, kind or video. Amounts are USD."""
    with call.session() as session:
        report = cost_report(
            session,
            by,
            first_day,
            last_day,
            video_id=video_id,
            batch_id=batch_id,
            before_video=before_video,
            limit=limit,
        )
    return call.show(CostReportShown.model_validate(report, from_attributes=True))


class VendorStates(Value):
    """Amounts as the vendors said them; refusals: how often they asked us to wait (429), ever."""

    vendors: tuple[VendorState, ...]


@router.get("/vendors", operation_id="getVendorLimits", response_model=VendorStates)
def vendors(call: Accountant, if_none_match: IfNoneMatch = None) -> Response:
    """Show what vendors still let us buy, and how old that is."""
    with call.session() as session:
        return call.show(VendorStates(vendors=vendor_states(session)))
