"""Sends mail that is due, one after the other, until none is or the time is over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.due import due, take
from shared.database.models import ComposedVideo, Lead, Mail
from shared.hosting import hidden
from shared.mail.opening import open_mailer
from shared.mail.port import CannotSend, Mailer, Refused
from shared.mail.writing import VideoMail, write_mail
from shared.observability import logger, measure
from shared.retrying import next_attempt
from shared.settings import Settings
from shared.storage import NotStored, Storage
from shared.videos import read_hosted

LEASE = timedelta(seconds=150)  # longer than the function may take
CANDIDATES = 20


@dataclass(frozen=True)
class Claimed:
    """A mail that is ours to send for the time of a lease. picture_key: of a JPEG, if there is one."""

    id: int
    workspace_id: int
    attempt: int
    mail: VideoMail
    picture_key: str | None


@dataclass(frozen=True)
class Outcome:
    """message_id: if it was sent; else reason says why it was not, and for_good whether it will ever be."""

    message_id: str | None = None
    reason: str | None = None
    for_good: bool = False


def is_mail_due(database: Database) -> bool:
    """Whether there is anything to send, in any workspace. Raises DatabaseUnreachable."""
    return bool(due(database, Mail, 1))


def send_due(database: Database, storage: Storage, settings: Settings, *, seconds: float = 45.0) -> int:
    """How many were sent, or written where none is sent.

    seconds: after which nothing new is begun.
    Raises DatabaseUnreachable; what was under way is sent again when its lease has passed.
    """
    until, sent = time.monotonic() + seconds, 0
    mailer, sender = open_mailer(settings), settings.sender or ""
    while time.monotonic() < until and (claimed := _claim(database, sender)) is not None:
        outcome = _send(claimed, mailer, storage)
        _settle(database, claimed, outcome, mailer)
        sent += outcome.message_id is not None
        measure("Mails", 1, sent=str(outcome.message_id is not None).lower())
    return sent


def _claim(database: Database, sender: str) -> Claimed | None:
    for mail_id, workspace_id in due(database, Mail, CANDIDATES):
        with database.workspace(workspace_id) as session:
            row = take(session, Mail, mail_id)
            claimed = _read(session, row, sender) if row is not None else None
        if claimed is not None:
            return claimed
    return None


def _read(session: Session, row: Mail, sender: str) -> Claimed | None:
    now = datetime.now(UTC)
    hosted = read_hosted(session, row.hosted_video_id)
    why = hidden(hosted.status, hosted.privacy, hosted.expires_at)
    if why or now >= row.expires_at:
        row.status = "failed"
        row.reason = f"the video {why}" if why else row.reason or "its time was over"
        return None
    row.attempts += 1
    row.next_attempt_at = now + LEASE
    lead = session.get(Lead, hosted.lead_id) if hosted.lead_id is not None else None
    composed = session.get(ComposedVideo, hosted.composed_video_id) if hosted.composed_video_id else None
    return Claimed(
        id=row.id,
        workspace_id=row.workspace_id,
        attempt=row.attempts,
        mail=VideoMail(
            key=f"{row.id}.{row.created_at:%Y%m%d%H%M%S}",
            sender=sender,
            to_name=lead.name if lead and lead.email == row.to_email else "",
            to_email=row.to_email,
            subject=row.subject,
            message=row.message,
            title=hosted.title,
            share_url=hosted.share_url,
            duration_seconds=composed.duration_seconds if composed else None,
            written_at=row.created_at,
        ),
        picture_key=composed.thumbnail_path if composed else None,
    )


def _send(claimed: Claimed, mailer: Mailer, storage: Storage) -> Outcome:
    if not claimed.mail.sender:
        return Outcome(reason="FROM_EMAIL is not set")
    try:
        try:
            picture = storage.get(claimed.picture_key) if claimed.picture_key else None
        except NotStored:  # the mail leads to the video without it, too
            picture = None
        return Outcome(message_id=mailer.send(write_mail(claimed.mail, picture)))
    except Refused as error:
        return Outcome(reason=str(error), for_good=True)
    except CannotSend as error:
        logger().warning("mail was not sent", mail_id=claimed.id, cause=str(error.__cause__))
        return Outcome(reason=str(error))
    except Exception as error:  # one mail must not stand in the way of all others
        logger().error(str(error), exc_info=error, mail_id=claimed.id)
        return Outcome(reason="something went wrong that nobody had foreseen; the log has it")


def _settle(database: Database, claimed: Claimed, outcome: Outcome, mailer: Mailer) -> None:
    now = datetime.now(UTC)
    with database.workspace(claimed.workspace_id) as session:
        row = session.get(Mail, claimed.id, with_for_update=True)
        if row is None or row.status != "pending":
            return
        if outcome.message_id is not None:
            row.status, row.reason, row.sent_at = "sent", None, now
            row.sent_by, row.message_id = mailer.name, outcome.message_id
        elif row.attempts == claimed.attempt:
            row.reason = outcome.reason
            again = None if outcome.for_good else next_attempt(row.attempts, now, row.expires_at)
            if again is None:
                row.status = "failed"
            else:
                row.next_attempt_at = again
