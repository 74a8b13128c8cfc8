"""Approving what is spoken: what the pipeline waits for, who decides, and what it is told.

A decision is kept in the caller's transaction. The pipeline is told after that, with `send`; should that
fail, deciding the same again gives the same answers to send, and to tell it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.database.models import Approval, Video, VideoScript, Voiceover
from shared.errors import Conflict
from shared.scripting import NoSuchScript
from shared.values import Value
from shared.videos.watching import find_video
from shared.workflow import (
    KINDS,
    UNENDED,
    ApprovalKind,
    check_unspoken,
    check_wanted,
    decision_on,
    is_needed,
    lock_videos_of,
    waits_for,
)
from shared.workflow.executions import Executions

WAIT_DAYS = 30
"""As in the state machine."""
REJECTED = "Rejected"
"""The error that a rejection ends the pipeline with."""

Decision = Literal["approved", "rejected"]


class NothingToApprove(Conflict):
    """The video waits for no such decision."""


class Answer(Value):
    """What a task of the pipeline that waits is told. reason: of a rejection."""

    token: str
    decision: Literal["approved", "rejected", "stale"]
    reason: str = ""


class ApprovalState(Value):
    """What somebody has to decide, or has decided. expires_at: of one that is waited for."""

    kind: ApprovalKind
    status: Literal["pending", "approved", "rejected", "expired"]
    asked_at: datetime | None
    expires_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


def ask(session: Session, video_id: int, kind: ApprovalKind, token: str) -> list[Answer]:
    """The pipeline waits, with this token, from now on; what is decided already is its answer.

    Raises NoSuchVideo, VideoStopped.
    """
    video = lock_video(session, video_id)
    check_wanted(session, video_id)
    row = _row(session, video, kind)
    row.task_token, row.asked_at = token, datetime.now(UTC)
    if kind == "voice" and is_needed(video, "script") and decision_on(session, video, "script") != "approved":
        return [Answer(token=token, decision="stale")]
    if decision_on(session, video, kind) not in ("approved", "rejected"):
        row.status = "pending"
        _stand(session, video, "waiting_approval")
    session.flush()
    return [answer for answer in answers_due(session, video_id=video_id) if answer.token == token]


def decide(
    session: Session, video_id: int, kind: ApprovalKind, decision: Decision, actor: str, reason: str | None
) -> list[Answer]:
    """Decide on what a video waits for, or will wait for. Returns what to `send`.

    Raises NoSuchVideo, NothingToApprove, AlreadySpoken.
    """
    video = lock_video(session, video_id)
    if video.status not in UNENDED:
        raise NothingToApprove(f"video {video_id} has ended: {video.status}")
    if not is_needed(video, kind):
        raise NothingToApprove(f"nobody has to approve the {kind} of video {video_id}")
    if kind == "script":
        if video.video_script_id is None:
            raise NothingToApprove(f"the script of video {video_id} is not written yet")
        return decide_script(session, video.video_script_id, decision, actor, reason)
    if decision_on(session, video, kind) != decision:
        check_unspoken(session, [video])
        _write(session, video, kind, decision, actor, reason)
    return answers_due(session, video_id=video_id)


def decide_script(
    session: Session,
    script_id: int,
    is_approved: Literal["approved", "rejected", "pending"],
    actor: str,
    reason: str | None = None,
) -> list[Answer]:
    """Decide on a script, for every video that waits for it or will. Returns what to `send`.

    Raises NoSuchScript, AlreadySpoken.
    """
    script = session.get(VideoScript, script_id, with_for_update=True, populate_existing=True)
    if script is None:
        raise NoSuchScript(f"there is no script {script_id}")
    videos = [video for video in lock_videos_of(session, script_id) if is_needed(video, "script")]
    if script.is_approved != is_approved:
        check_unspoken(session, videos)
    script.is_approved = is_approved
    for video in videos:
        if video.status in UNENDED:
            _write(session, video, "script", is_approved, actor, reason)
    return answers_due(session, script_id=script_id)


def answers_due(
    session: Session, *, video_id: int | None = None, script_id: int | None = None
) -> list[Answer]:
    """What the pipelines of a video, or of all with a script, are to be told as things stand."""
    mine = Video.id == video_id if video_id is not None else Video.video_script_id == script_id
    rows = session.execute(
        select(Approval, Video)
        .join(Video, Video.id == Approval.video_id)
        .where(mine, Video.status.in_(UNENDED), Approval.task_token.is_not(None))
        .order_by(Approval.video_id, Approval.kind)
    )
    answers = []
    for row, video in rows:
        kind: ApprovalKind = "script" if row.kind == "script" else "voice"
        status = decision_on(session, video, kind)
        if status in ("approved", "rejected", "stale"):
            answers.append(Answer(token=row.task_token, decision=status, reason=row.reason or ""))
    return answers


def send(executions: Executions, answers: Sequence[Answer]) -> int:
    """Tell the pipelines; how many waited for it. Raises CannotReach: it may be tried again."""
    awaited = 0
    for answer in answers:
        if answer.decision == "rejected":
            awaited += executions.fail(answer.token, REJECTED, answer.reason)
        else:
            awaited += executions.succeed(answer.token, {"approved": answer.decision == "approved"})
    return awaited


def approvals_of(session: Session, video: Video) -> tuple[ApprovalState, ...]:
    """What somebody has to approve of a video, in the order in which it is asked for."""
    return tuple(_state(session, video, kind) for kind in KINDS if is_needed(video, kind))


def sample_of(session: Session, video_id: int) -> dict[str, Any] | None:
    """Of the voice: {audio_key, text, duration_seconds}, once it is spoken."""
    row = session.get(Approval, (video_id, "voice"))
    return row.sample if row else None


def _state(session: Session, video: Video, kind: ApprovalKind) -> ApprovalState:
    row = session.get(Approval, (video.id, kind)) or Approval(status="pending")
    decision = decision_on(session, video, kind)
    status = "expired" if row.status == "expired" else "pending" if decision == "stale" else decision
    waits = waits_for(session, video) == kind and row.asked_at is not None
    return ApprovalState(
        kind=kind,
        status=status,
        asked_at=row.asked_at,
        expires_at=row.asked_at + timedelta(days=WAIT_DAYS) if waits and row.asked_at else None,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )


def lock_video(session: Session, video_id: int) -> Video:
    """The video, and its script before it, so that nobody edits or decides meanwhile. Raises NoSuchVideo."""
    video = find_video(session, video_id)
    if video.video_script_id is not None:
        session.get(VideoScript, video.video_script_id, with_for_update=True, populate_existing=True)
    session.refresh(video, with_for_update=True)
    return video


def lock_videos(session: Session, *where: ColumnElement[bool]) -> list[Video]:
    """As `lock_video`, of all for which that holds once they are locked."""
    scripts = select(Video.video_script_id).where(*where)
    held = select(VideoScript.id).where(VideoScript.id.in_(scripts)).order_by(VideoScript.id)
    session.execute(held.with_for_update()).all()
    found = select(Video).where(*where).order_by(Video.id).with_for_update()
    return [*session.scalars(found.execution_options(populate_existing=True))]


def _row(session: Session, video: Video, kind: ApprovalKind) -> Approval:
    fresh = {"video_id": video.id, "kind": kind, "workspace_id": video.workspace_id, "status": "pending"}
    session.execute(insert(Approval).values(**fresh).on_conflict_do_nothing())
    return session.get_one(Approval, (video.id, kind), with_for_update=True, populate_existing=True)


def _write(
    session: Session, video: Video, kind: ApprovalKind, decision: str, actor: str, reason: str | None
) -> None:
    row = _row(session, video, kind)
    if decision != "pending":
        if decision == "approved" and waits_for(session, video) == kind:
            _stand(session, video, "processing")
        row.decided_at, row.decided_by, row.reason = datetime.now(UTC), actor, reason
    else:
        row.decided_at = row.decided_by = row.reason = None
    row.status = decision
    session.flush()


def _stand(session: Session, video: Video, status: str) -> None:
    """How a video stands; if nothing but a voiceover was asked for, how that stands, too."""
    video.status = status
    if video.operation == "voiceover" and video.voiceover_id is not None:
        session.get_one(Voiceover, video.voiceover_id).status = status
