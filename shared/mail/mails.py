"""Mails in the tables. Every function works in the caller's transaction, inside a workspace."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from email_validator import validate_email
from pydantic import EmailStr, Field, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database.finding import find_row
from shared.database.models import Lead, Mail
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import Conflict, NotFound
from shared.hosting import hidden
from shared.retrying import KEEP_TRYING
from shared.settings import Settings
from shared.values import Given, Length, Name, Paragraphs, Value
from shared.videos import read_hosted

SORTABLE: Sortable = {"id": Mail.id, "created_at": Mail.created_at}

ONE_LINE = r"^[^\x00\r\n]*$"
MailStatus = Literal["pending", "sent", "failed"]


class NoSuchMail(NotFound):
    """The hosted video has no mail with that id."""


class NotShown(Conflict):
    """Nobody could watch the video that the mail would bring."""


class NoAddress(Conflict):
    """It is not known whom the mail is for, or whom it is from."""


class MailFields(Given):
    """A mail as it is asked for. email: the lead's, if left out. subject: the video's title, if left out.

    message: what stands above the video, a paragraph a line.
    """

    email: EmailStr | None = None
    subject: Annotated[Name, Field(json_schema_extra={"pattern": ONE_LINE})] | None = None
    message: Annotated[Paragraphs, Length(5000)] | None = None

    @field_validator("subject", mode="before")
    @classmethod
    def _is_one_line(cls, value: object) -> object:
        """What follows a line break in a header would be another header."""
        if isinstance(value, str) and not re.fullmatch(ONE_LINE, value):
            raise ValueError("subject: one line, without NUL")
        return value


class MailState(Value):
    """attempts: how often it was tried. reason: why it is not sent, so far or for good.

    sent_by: `ses`, `smtp`, or `outbox`, where it lies as a file and was sent to nobody. message_id: its name
    there.
    """

    id: int
    hosted_video_id: int
    email: str
    subject: str
    message: str
    status: str
    attempts: int
    next_attempt_at: datetime | None
    reason: str | None
    sent_by: str | None
    message_id: str | None
    sent_at: datetime | None
    created_at: datetime


def add_mail(
    session: Session, workspace_id: int, hosted_video_id: int, fields: MailFields, settings: Settings
) -> MailState:
    """Queue it: `send_due` sends it. Raises NoSuchPart, NotShown, NoAddress."""
    hosted = read_hosted(session, hosted_video_id)
    why = hidden(hosted.status, hosted.privacy, hosted.expires_at)
    if why:
        raise NotShown(f"hosted video {hosted_video_id} {why}: a mail would lead nowhere")
    if settings.sender is None:
        raise NoAddress("FROM_EMAIL is not set: mail has to be from somebody")
    lead = session.get(Lead, hosted.lead_id) if hosted.lead_id is not None else None
    given = fields.email or (lead.email if lead else None)
    if given is None:
        raise NoAddress("the lead has no email: give one here, or to the lead")
    address = _in_ascii(given)
    now = datetime.now(UTC)
    mail = Mail(
        workspace_id=workspace_id,
        hosted_video_id=hosted.id,
        to_email=address,
        subject=fields.subject or hosted.title,
        message=fields.message or _greeting(lead),
        status="pending",
        attempts=0,
        next_attempt_at=now,
        expires_at=now + KEEP_TRYING,
    )
    session.add(mail)
    session.flush()
    return _state(mail)


def _in_ascii(address: str) -> str:
    """As it stands in a header, with its domain in ASCII. Raises NoAddress."""
    plain = validate_email(address, check_deliverability=False).ascii_email
    if plain is None or "=?" in plain:  # which headers take for an encoded word (RFC 2047)
        raise NoAddress(f"{address} can't be mailed: what stands before the @ has to be plain ASCII")
    return plain


def read_mail(session: Session, hosted_video_id: int, mail_id: int) -> MailState:
    """Raises NoSuchPart, NoSuchMail."""
    read_hosted(session, hosted_video_id)
    mail = find_row(session, Mail, mail_id)
    if mail is None or mail.hosted_video_id != hosted_video_id:
        raise NoSuchMail(f"hosted video {hosted_video_id} has no mail {mail_id}")
    return _state(mail)


def list_mails(
    session: Session, hosted_video_id: int, asked: Asked, *, status: MailStatus | None = None
) -> Page[MailState]:
    """Raises NoSuchPart, WrongCursor, WrongSort."""
    read_hosted(session, hosted_video_id)
    found = select(Mail).where(Mail.hosted_video_id == hosted_video_id)
    if status is not None:
        found = found.where(Mail.status == status)
    return page(session, found, Mail.id, SORTABLE, asked, _state)


def _state(mail: Mail) -> MailState:
    return MailState(
        id=mail.id,
        hosted_video_id=mail.hosted_video_id,
        email=mail.to_email,
        subject=mail.subject,
        message=mail.message,
        status=mail.status,
        attempts=mail.attempts,
        next_attempt_at=mail.next_attempt_at if mail.status == "pending" else None,
        reason=mail.reason,
        sent_by=mail.sent_by,
        message_id=mail.message_id,
        sent_at=mail.sent_at,
        created_at=mail.created_at,
    )


def _greeting(lead: Lead | None) -> str:
    return f"Hi {lead.name if lead else 'there'},\nI made this video for you."
