"""What a person approves before a voice is bought, and what that means for whoever edits or speaks.

Rows are locked in this order, here and wherever they are decided on: script, video, approval.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.database.models import Approval, Video, VideoScript, VideoStep, Voiceover
from shared.errors import Conflict, NotApproved
from shared.workflow.names import KINDS, ApprovalKind

UNENDED = ("pending", "processing", "waiting_approval")
"""Statuses of a video that something still works on, or waits for."""


class AlreadySpoken(Conflict):
    """The script's voice is bought, or being bought: its words stay."""


def is_needed(video: Video, kind: ApprovalKind) -> bool:
    """As it was settled when the video was asked for."""
    return bool(video.options.get(f"approve_{kind}"))


def check_approved(session: Session, video: Video, *kinds: ApprovalKind) -> None:
    """Raises NotApproved unless those that the video needs are approved."""
    for kind in kinds:
        if is_needed(video, kind) and decision_on(session, video, kind) != "approved":
            raise NotApproved(f"somebody has to approve the {kind} of video {video.id} first")


def decision_on(session: Session, video: Video, kind: ApprovalKind) -> str:
    """pending, approved or rejected; of a voice, stale or expired too."""
    if kind == "script":
        script = session.get(VideoScript, video.video_script_id) if video.video_script_id else None
        return script.is_approved if script else "pending"
    row = session.get(Approval, (video.id, kind))
    return row.status if row else "pending"


def waits_for(session: Session, video: Video) -> ApprovalKind | None:
    """What the video's pipeline waits for now."""
    if video.status != "waiting_approval":
        return None
    asked = [
        (row.asked_at, kind)
        for kind in KINDS
        if (row := session.get(Approval, (video.id, kind))) is not None and row.asked_at is not None
    ]
    return max(asked)[1] if asked else None


def lock_videos_of(session: Session, script_id: int) -> list[Video]:
    """The videos that speak a script; none of them begins a step until the transaction ends."""
    found = select(Video).where(Video.video_script_id == script_id).order_by(Video.id)
    return [*session.scalars(found.with_for_update().execution_options(populate_existing=True))]


def check_unspoken(session: Session, videos: list[Video]) -> None:
    """Raises AlreadySpoken if one of them has its voice, or is getting it."""
    for video in videos:
        step = session.get(VideoStep, (video.id, "voice"), populate_existing=True)
        speaking = video.status in UNENDED and step is not None and step.status == "processing"
        voiceover = session.get(Voiceover, video.voiceover_id) if video.voiceover_id else None
        if speaking or (voiceover is not None and voiceover.status == "completed"):
            raise AlreadySpoken(
                f"the script is {'being spoken' if speaking else 'spoken'} for video {video.id}: "
                "its words can't change any more"
            )


def reopen(session: Session, script_id: int) -> None:
    """The script was edited: what was decided on it counts no more, and a voice that waits is asked anew.

    Raises AlreadySpoken.
    """
    videos = lock_videos_of(session, script_id)
    check_unspoken(session, videos)
    mine = Approval.video_id.in_([video.id for video in videos])
    undecided = {"status": "pending", "decided_at": None, "decided_by": None, "reason": None}
    session.execute(update(Approval).where(mine, Approval.kind == "script").values(**undecided))
    session.execute(
        update(Approval)
        .where(mine, Approval.kind == "voice", Approval.status == "pending", Approval.task_token.is_not(None))
        .values(status="stale")
    )
