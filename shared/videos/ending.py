"""Ending a video before it is made, and beginning again with one that has ended without being made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Update, and_, case, exists, extract, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from shared.database.models import Approval, Video, VideoScript, VideoStep
from shared.errors import Conflict
from shared.videos.approving import lock_video
from shared.videos.failing import end_parts, reopen_parts
from shared.workflow import UNENDED, end_videos, reopen_batches

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
    cancel_locked(session, [video], actor)
    session.refresh(video)
    return video


def cancel_locked(session: Session, videos: Sequence[Video], actor: str, *, of_batch: bool = False) -> None:
    """Videos that have not ended, and are locked. of_batch: it is their batch that is cancelled, whose state
    machine then stops what was started for them."""
    now, ids, reason = datetime.now(UTC), [video.id for video in videos], f"cancelled by {actor}"
    _change(session, update(Approval).where(Approval.video_id.in_(ids)).values(task_token=None))
    ended = {
        "status": "cancelled",
        "finished_at": now,
        "seconds": extract("epoch", now - VideoStep.started_at),
    }
    at_work = (VideoStep.video_id.in_(ids), VideoStep.status == "processing")
    _change(session, update(VideoStep).where(*at_work).values(ended))
    end_parts(session, ids, "cancelled", reason)
    turn = case((Video.turn.is_(None), "stop")) if of_batch else None
    end_videos(
        session, Video.id.in_(ids), "cancelled", now,
        of_batch="cancelled" if of_batch else None, reason=reason, turn=turn,
    )  # fmt: skip


def retry_video(session: Session, video_id: int) -> Video:
    """Let a video go on from where it stood, under the next attempt's execution name: what is done answers
    at once, what was rejected or waited for is asked anew. Its batch ends once more when it does.

    Raises NoSuchVideo, NotEnded.
    """
    video = lock_video(session, video_id)
    if video.status not in AGAIN:
        raise NotEnded(f"video {video_id} is {video.status}: only what {' or '.join(AGAIN)} is tried again")
    reopen_locked(session, [video])
    session.refresh(video)
    return video


def reopen_locked(session: Session, videos: Sequence[Video], turn: str | None = None) -> None:
    """Videos that may be tried again, and are locked. turn: `start` for those that wait for their batch's."""
    ids = [video.id for video in videos]
    fresh = {"status": "pending", "failed_step": None, "reason": None, "completed_at": None, "turn": turn}
    anew = {"attempt": Video.attempt + 1, "tended_at": func.now()}
    again = update(Video).where(Video.id.in_(ids)).values(fresh | anew)
    _change(session, again)
    _reopen_steps(session, ids, is_begun=turn is None)
    _reopen_approvals(session, ids)
    reopen_parts(session, ids)
    reopen_batches(session, [video.batch_id for video in videos])
    session.flush()
    session.expire_all()


def _reopen_steps(session: Session, video_ids: Sequence[int], *, is_begun: bool) -> None:
    composing = aliased(VideoStep)
    is_uncomposed = exists().where(
        composing.video_id == VideoStep.video_id,
        composing.name == "compose",
        composing.status != "completed",
    )
    planned = and_(VideoStep.name.in_(("plan", "record")), is_uncomposed)  # the plan says anew what to film
    fresh: dict[str, Any] = {"progress": 0.0, "reason": None, "started_at": None, "finished_at": None}
    _change(
        session,
        update(VideoStep)
        .where(VideoStep.video_id.in_(video_ids), or_(VideoStep.status != "completed", planned))
        .values(fresh | {"status": "pending", "seconds": None}),
    )
    if is_begun:
        begin_check(session, video_ids)


def begin_check(session: Session, video_ids: Sequence[int]) -> None:
    """The page is checked: that step has no database to say so itself."""
    checks = (
        VideoStep.video_id.in_(video_ids), VideoStep.name == "check_page", VideoStep.status == "pending",
    )  # fmt: skip
    _change(session, update(VideoStep).where(*checks).values(status="processing"))


def _reopen_approvals(session: Session, video_ids: Sequence[int]) -> None:
    mine = Approval.video_id.in_(video_ids)
    undecided = {"status": "pending", "decided_at": None, "decided_by": None, "reason": None}
    _change(session, update(Approval).where(mine).values(task_token=None))
    _change(session, update(Approval).where(mine, Approval.status != "approved").values(undecided))
    scripts = select(Video.video_script_id).where(Video.id.in_(video_ids))
    rejected = (VideoScript.id.in_(scripts), VideoScript.is_approved == "rejected")
    _change(session, update(VideoScript).where(*rejected).values(is_approved="pending"))


def _change(session: Session, statement: Update) -> None:
    """Rows that are read again before anybody looks at them."""
    session.execute(statement.execution_options(synchronize_session=False))
