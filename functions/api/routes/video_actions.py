"""What people do to a video that is being made: approve, cancel, try again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from functions.api.call import Call
from functions.api.parameters import Id, IdempotencyKey
from functions.api.problems import Problem, problem_answers
from functions.api.routes.videos import ASK_AGAIN_SECONDS, PATH, VideoShown, begin, shown
from functions.api.signing_in import Approver, Reader, Writer
from shared.storage import NotStored
from shared.values import Given, Length, Text, Value
from shared.videos import (
    Decision,
    answers_due,
    cancel_video,
    decide,
    execution_of,
    find_video,
    retry_video,
    sample_of,
    send,
)
from shared.workflow import ApprovalKind

router = APIRouter(prefix=PATH, tags=["videos"], responses=problem_answers(401, 403, 404, 422, 503))


class DecisionFields(Given):
    """reason: of a rejection, for whoever made the video."""

    decision: Decision
    reason: Annotated[Text, Length(1000)] | None = None


class Nothing(Value):
    """A change that takes no fields."""


@router.post(
    "/{video_id:id}/cancel",
    operation_id="cancelVideo",
    status_code=202,
    response_model=VideoShown,
    responses=problem_answers(409),
)
def cancel(call: Writer, video_id: Id, idempotency_key: IdempotencyKey = None) -> Response:
    """Stop making a video: nothing more is done or bought for it. 409 if it has ended already."""

    def cancelled(session: Session) -> VideoShown:
        return shown(cancel_video(session, video_id, call.principal.actor), session, call.tools.storage)

    return call.add(cancelled, Nothing(), _where, status=202, begin=lambda _: _stop(call, video_id))


@router.post(
    "/{video_id:id}/retry",
    operation_id="retryVideo",
    status_code=202,
    response_model=VideoShown,
    responses=problem_answers(409),
)
def retry(call: Writer, video_id: Id, idempotency_key: IdempotencyKey = None) -> Response:
    """Go on with a video that failed, was cancelled or rejected, from where it stood. Else 409."""

    def again(session: Session) -> VideoShown:
        return shown(retry_video(session, video_id), session, call.tools.storage)

    def restart(video_id: int) -> None:
        _stop(call, video_id, back=1)  # had cancelling reached the rows but not the execution
        begin(call, video_id)

    response = call.add(again, Nothing(), _where, status=202, begin=restart)
    response.headers["Retry-After"] = str(ASK_AGAIN_SECONDS)
    return response


@router.post(
    "/{video_id:id}/approvals/{kind}",
    operation_id="decideOnVideo",
    response_model=VideoShown,
    responses=problem_answers(409),
)
def decide_on(
    call: Approver,
    video_id: Id,
    kind: ApprovalKind,
    fields: DecisionFields,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Approve or reject the script, or the sample of the voice; also before it is asked for."""

    def decided(session: Session) -> VideoShown:
        actor, storage = call.principal.actor, call.tools.storage
        decide(session, video_id, kind, fields.decision, actor, fields.reason)
        return shown(find_video(session, video_id), session, storage)

    def tell(video_id: int) -> None:
        with call.session() as session:
            answers = answers_due(session, video_id=video_id)
        if answers:
            send(call.tools.executions, answers)

    return call.add(decided, fields, _where, status=200, begin=tell)


@router.get(
    "/{video_id:id}/voice-sample",
    operation_id="getVoiceSample",
    response_class=Response,
    responses={200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}},
)
def voice_sample(call: Reader, video_id: Id) -> Response:
    """The first section, as the voice speaks it."""
    with call.session() as session:
        find_video(session, video_id)
        sample = sample_of(session, video_id)
    if sample is None:
        raise Problem(404, "not-found", f"Video {video_id} has no sample of its voice.")
    try:
        return Response(call.tools.storage.get(sample["audio_key"]), media_type="audio/wav")
    except NotStored as error:
        raise Problem(404, "not-found", "The sample is not kept any more.") from error


def _where(video: VideoShown) -> str:
    return f"{PATH}/{video.id}"


def _stop(call: Call, video_id: int, back: int = 0) -> None:
    """Stop the execution of the video's attempt, or of one before. A retry meanwhile has nothing to stop."""
    with call.session() as session:
        video = find_video(session, video_id)
        machine, name, _ = execution_of(video, video.attempt - back)
        reason = video.reason or "tried again"
        if back == 0 and video.status != "cancelled":
            return
    call.tools.executions.stop(machine, name, reason)
