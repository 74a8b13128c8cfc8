"""Batches: a video for each of many leads, in one call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from functions.api.call import Call
from functions.api.parameters import Id, IdempotencyKey, IfNoneMatch, page_of
from functions.api.problems import FieldError, Problem, problem_answers
from functions.api.routes.video_actions import Nothing
from functions.api.routes.videos import RangeShown
from functions.api.signing_in import Reader, Writer
from shared.batches import (
    BatchLine,
    BatchRequest,
    BatchStatus,
    ask_for_batch,
    batch_state,
    cancel_batch,
    execution_of_batch,
    find_batch,
    list_batches,
    plan_batch,
    retry_batch,
)
from shared.batches.watching import SORTABLE
from shared.database.models import Batch
from shared.database.paging import Asked, Page
from shared.leads import WrongRows
from shared.values import Value
from shared.workflow import BatchCounts

Ordered = TypeVar("Ordered")
PATH = "/api/v1/batches"
ASK_AGAIN_SECONDS = 5
router = APIRouter(prefix=PATH, tags=["batches"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]


class BatchOrder(BatchRequest):
    """A video for each of many leads. dry_run: say what it costs, and start nothing."""

    dry_run: bool = False


class BatchNoted(Value):
    """Of an order, for the audit log: how many leads, in the place of who they are."""

    name: str | None
    leads: int
    video: dict[str, object]


class BatchPlanned(Value):
    """What would be made. The first video of each page films it, the others share that.

    pages: how many different ones. url, page_is_known: of the first lead's. first_cost_usd,
    further_cost_usd: of the first video, and of each that shares its page. cost_usd: of all.
    """

    dry_run: Literal[True] = True
    leads: int
    pages: int
    url: str
    resolution: str
    duration_seconds: float
    quality_versions: tuple[str, ...]
    page_is_known: bool
    first_cost_usd: RangeShown
    further_cost_usd: RangeShown
    cost_usd: RangeShown


class BatchShown(Value):
    """A batch. progress: 0 to 1. completed_at: when the last of its videos ended.

    status: of one that has ended: completed if one of its videos is, else failed; cancelled if it was
    cancelled, or each of its videos was.
    """

    id: int
    name: str | None
    status: BatchStatus
    counts: BatchCounts
    progress: float
    cost_usd: float
    created_at: datetime
    completed_at: datetime | None


@router.post(
    "",
    operation_id="makeBatch",
    status_code=202,
    response_model=BatchShown,
    responses={
        200: {"model": BatchPlanned, "description": "Of a dry run: what would be made."},
        **problem_answers(404, 409),
    },
)
def make(call: Writer, request: BatchOrder, idempotency_key: IdempotencyKey = None) -> Response:
    """Make a video for each of up to 1,000 leads. The webhook event `batch.finished` tells of their end."""
    tools = call.tools
    if request.dry_run:
        return call.once(lambda session: _planned(session, request, call))

    def asked_for(session: Session) -> BatchShown:
        asked = session, request, call.workspace_id, tools.storage, tools.settings
        return shown(session, _rows_named(lambda: ask_for_batch(*asked)))

    noted = BatchNoted(
        name=request.name,
        leads=len(request.leads),
        video=request.video.model_dump(mode="json", exclude_unset=True),
    )
    return _later(call.add(asked_for, noted, _where, status=202, begin=lambda made: _begin(call, made)))


@router.get("", operation_id="listBatches", response_model=Page[BatchLine])
def all_of_them(
    call: Reader,
    asked: PageAsked,
    status: BatchStatus | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List batches, the newest first unless asked otherwise. Their videos: `/api/v1/videos?batch_id=`."""
    with call.session() as session:
        return call.list(list_batches(session, asked, status=status))


@router.get(
    "/{batch_id:id}", operation_id="getBatch", response_model=BatchShown, responses=problem_answers(404)
)
def one(call: Reader, batch_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a batch and how far it is; Retry-After says when to ask again, until its videos have ended."""
    with call.session() as session:
        batch = shown(session, find_batch(session, batch_id))
    response = call.show(batch)
    return response if batch.completed_at else _later(response)


@router.post(
    "/{batch_id:id}/cancel",
    operation_id="cancelBatch",
    status_code=202,
    response_model=BatchShown,
    responses=problem_answers(404, 409),
)
def cancel(call: Writer, batch_id: Id, idempotency_key: IdempotencyKey = None) -> Response:
    """Stop making all videos of a batch that have not ended. 409 if they have all ended already."""

    def cancelled(session: Session) -> BatchShown:
        return shown(session, cancel_batch(session, batch_id, call.principal.actor))

    return call.add(cancelled, Nothing(), _where, status=202, begin=lambda made: _begin(call, made))


@router.post(
    "/{batch_id:id}/retry",
    operation_id="retryBatch",
    status_code=202,
    response_model=BatchShown,
    responses=problem_answers(404, 409),
)
def retry(call: Writer, batch_id: Id, idempotency_key: IdempotencyKey = None) -> Response:
    """Go on with the videos of a batch that failed, from where they stood. 409 if none did."""

    def again(session: Session) -> BatchShown:
        return shown(session, retry_batch(session, batch_id))

    return _later(call.add(again, Nothing(), _where, status=202, begin=lambda made: _begin(call, made)))


def shown(session: Session, batch: Batch) -> BatchShown:
    return BatchShown.model_validate(batch_state(session, batch).model_dump())


def _planned(session: Session, request: BatchRequest, call: Call) -> Response:
    tools = call.tools
    plan = _rows_named(lambda: plan_batch(session, request, call.workspace_id, tools.storage, tools.settings))
    return call.show(BatchPlanned.model_validate(plan.model_dump()))


def _begin(call: Call, batch_id: int) -> None:
    """Start what gives its videos their turns, once for each attempt."""
    with call.session() as session:
        execution = execution_of_batch(find_batch(session, batch_id))
    call.tools.executions.start(*execution)


def _rows_named(ask: Callable[[], Ordered]) -> Ordered:
    """Wrong rows are told as fields of the request."""
    try:
        return ask()
    except WrongRows as error:
        errors = [
            FieldError(
                field=".".join(["body.leads", str(wrong.row), *([wrong.field] if wrong.field else [])]),
                detail=f"{wrong.detail[:1].upper()}{wrong.detail[1:]}.",
            )
            for wrong in error.errors
        ]
        raise Problem(422, "refused", f"{errors[0].field}: {errors[0].detail}", errors) from error


def _where(batch: BatchShown) -> str:
    return f"{PATH}/{batch.id}"


def _later(response: Response) -> Response:
    response.headers["Retry-After"] = str(ASK_AGAIN_SECONDS)
    return response
