"""A pipeline that failed: which step, and why, in a sentence for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import (
    Approval,
    ComposedVideo,
    HostedVideo,
    ScreenRecording,
    Video,
    VideoScript,
    VideoStep,
    Voiceover,
)
from shared.values import Value
from shared.videos.approving import REJECTED, WAIT_DAYS
from shared.webhooks import announce
from shared.workflow import STOPPED, ApprovalKind, end_videos

OURS = frozenset({"Permanent", "Retryable", "RateLimited", "NotApproved"})
WAITS: dict[str, ApprovalKind] = {"approve_script": "script", "approve_voice": "voice"}
"""By the state machine's names, what somebody has to approve there."""
TIMEOUT = "States.Timeout"


class Failure(Value):
    """What broke the pipeline. step: the state machine's name of it. error: the error's class name."""

    step: str
    error: str
    reason: str


def read_failure(failure: Mapping[str, Mapping[str, Any]]) -> Failure:
    """From what the state machine caught: `{step: {Error, Cause}}`.

    A branch of a Parallel hands its own such object on as the Cause, so the innermost step is named.
    """
    [(step, caught)] = failure.items()
    error, cause = str(caught.get("Error", "")), str(caught.get("Cause", ""))
    told = _json_object(cause)
    if error == "Failed" and len(told) == 1 and isinstance(next(iter(told.values())), dict):
        return read_failure(told)
    if step in WAITS and error in {REJECTED, TIMEOUT}:
        return Failure(step=step, error=error, reason=_decision(WAITS[step], error, cause))
    return Failure(step=step, error=error, reason=_sentence(error, str(told.get("errorMessage", cause))))


def _decision(kind: ApprovalKind, error: str, cause: str) -> str:
    if error == TIMEOUT:
        return f"nobody approved the {kind} within {WAIT_DAYS} days"
    return f"the {kind} was rejected: {cause}" if cause else f"the {kind} was rejected"


def _sentence(error: str, message: str) -> str:
    if error in OURS:
        return message
    if error in {"States.Timeout", "Sandbox.Timedout"}:
        return (
            f"it took too long and was stopped ({message})" if message else "it took too long and was stopped"
        )
    if error == "Runtime.OutOfMemory":
        return f"it needed more memory than it may use and was stopped ({message})"
    if error.startswith(("Runtime.", "Lambda.")):
        return f"its worker died ({message})"
    return f"an unexpected error ({error}: {message})"


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


_PARTS = (
    (VideoScript, Video.video_script_id),
    (Voiceover, Video.voiceover_id),
    (ScreenRecording, Video.screen_recording_id),
    (ComposedVideo, Video.composed_video_id),
    (HostedVideo, Video.hosted_video_id),
)


def end_parts(session: Session, video_ids: Sequence[int], status: str, reason: str) -> None:
    """The parts that runs were making are made no further."""
    for part, column in _PARTS:
        session.execute(
            update(part)
            .where(
                part.id.in_(select(column).where(Video.id.in_(video_ids))),
                part.status.in_(("pending", "processing", "recording", "waiting_approval")),
            )
            .values(status=status, reason=reason)
            .execution_options(synchronize_session=False)
        )


def reopen_parts(session: Session, video_ids: Sequence[int]) -> None:
    """The parts that runs did not make are being made again."""
    for part, column in _PARTS:
        session.execute(
            update(part)
            .where(
                part.id.in_(select(column).where(Video.id.in_(video_ids))),
                part.status.in_(("failed", "cancelled", "rejected")),
            )
            .values(status="recording" if part is ScreenRecording else "processing", reason=None)
            .execution_options(synchronize_session=False)
        )


def fail_video(workspace_id: int, video_id: int, failure: Failure, database: Database) -> None:
    """Write the failure to the video and to its step, and tell those who want to know.

    A video that nobody wants any more stays as it is.
    """
    with database.workspace(workspace_id) as session:
        video = session.get(Video, video_id, with_for_update=True)
        if video is not None and video.status not in STOPPED:
            write_failure(session, video, failure)


def write_failure(session: Session, video: Video, failure: Failure) -> None:
    """As `fail_video`, of a video that is locked."""
    now, is_new = datetime.now(UTC), video.status != "failed"
    status = "rejected" if failure.error == REJECTED else "failed"
    if failure.step in WAITS and failure.error == TIMEOUT:
        session.execute(
            update(Approval)
            .where(Approval.video_id == video.id, Approval.kind == WAITS[failure.step])
            .values(status="expired")
        )
    end_parts(session, [video.id], status, failure.reason)
    for step in session.scalars(select(VideoStep).where(VideoStep.video_id == video.id)):
        if step.name != failure.step and step.status != "processing":
            continue
        step.status = "failed" if step.name == failure.step else "cancelled"
        step.reason = failure.reason if step.name == failure.step else None
        step.finished_at = now
        step.seconds = (now - step.started_at).total_seconds() if step.started_at else None
    why = {"failed_step": failure.step, "reason": failure.reason}
    if is_new:
        ids = {"video_id": video.id, "lead_id": video.lead_id, "status": status}
        announce(session, video.workspace_id, "video.failed", ids | why)
    end_videos(session, Video.id == video.id, status, now, turn=None, **why)
