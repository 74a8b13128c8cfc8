"""Ending a video before it is made, and beginning again with one that has ended without being made."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.database.models import Approval, Video, VideoScript, VideoStep
from shared.errors import Conflict
from shared.videos.approving import lock_video
from shared.videos.failing import end_parts, reopen_parts
from shared.workflow import UNENDED

AGAIN = ("failed", "cancelled", "rejected")
"""Statuses of a video that may be tried again."""


class HasEnded(Conflict):
    """There is nothing to cancel."""


class NotEnded(Conflict):
    """There is nothing to try again."""


def cancel_video(session: Session, video_id: int, actor: str) -> Video:
    """Let nothing more be done or bought for a video. Its execution is to be stopped once this is committed.

    A cancelled one stays cancelled. Raises NoSuchVideo, HasEnded.
    """
    video = lock_video(session, video_id)
    if video.status == "cancelled":
        return video
    if video.status not in UNENDED:
        raise HasEnded(f"video {video_id} has ended already: {video.status}")
    now = datetime.now(UTC)
    video.status, video.reason, video.completed_at = "cancelled", f"cancelled by {actor}", now
    session.execute(update(Approval).where(Approval.video_id == video_id).values(task_token=None))
    for step in _steps(session, video_id):
        if step.status == "processing":
            step.status, step.finished_at = "cancelled", now
            step.seconds = (now - step.started_at).total_seconds() if step.started_at else None
    end_parts(session, video, "cancelled", video.reason)
    session.flush()
    return video


def retry_video(session: Session, video_id: int) -> Video:
    """Let a video go on from where it stood, under the next attempt's execution name: what is done answers
    at once, what was rejected or waited for is asked anew.

    Raises NoSuchVideo, NotEnded.
    """
    video = lock_video(session, video_id)
    if video.status not in AGAIN:
        raise NotEnded(f"video {video_id} is {video.status}: only what {' or '.join(AGAIN)} is tried again")
    video.attempt += 1
    video.status, video.failed_step, video.reason, video.completed_at = "pending", None, None, None
    _reopen_steps(session, video_id)
    _reopen_approvals(session, video)
    reopen_parts(session, video)
    session.flush()
    return video


def _reopen_steps(session: Session, video_id: int) -> None:
    steps = {step.name: step for step in _steps(session, video_id)}
    for step in steps.values():
        composed = steps["compose"].status == "completed" if "compose" in steps else True
        again = step.name in ("plan", "record") and not composed
        if step.status == "completed" and not again:  # the plan says anew what is still to be filmed
            continue
        step.status, step.progress, step.reason = "pending", 0.0, None
        step.started_at = step.finished_at = step.seconds = None
    if "check_page" in steps and steps["check_page"].status == "pending":
        steps["check_page"].status = "processing"  # it has no database to say so itself


def _reopen_approvals(session: Session, video: Video) -> None:
    for row in session.scalars(select(Approval).where(Approval.video_id == video.id).with_for_update()):
        row.task_token = None
        if row.status != "approved":
            row.status, row.decided_at, row.decided_by, row.reason = "pending", None, None, None
    script = session.get(VideoScript, video.video_script_id) if video.video_script_id else None
    if script is not None and script.is_approved == "rejected":
        script.is_approved = "pending"


def _steps(session: Session, video_id: int) -> list[VideoStep]:
    found = select(VideoStep).where(VideoStep.video_id == video_id)
    return [*session.scalars(found.execution_options(populate_existing=True))]
