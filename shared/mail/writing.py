"""The mail that brings somebody a video: what is said, a picture that leads to it, and the same as text."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path

from pydantic import AwareDatetime

from shared.html import clock, template_environment
from shared.values import Value

_TEMPLATES = Path(__file__).parent / "templates"
PICTURE = "video"
"""The Content-ID of the picture: in the mail itself, for many programs load nothing from elsewhere."""


class VideoMail(Value):
    """What a mail says. key: its own, the same each time it is sent (SES gives each a name of its own).

    sender: as in the header From. message: paragraphs, with line breaks between them.
    """

    key: str
    sender: str
    to_name: str
    to_email: str
    subject: str
    message: str
    title: str
    share_url: str
    duration_seconds: float | None
    written_at: AwareDatetime


def write_mail(mail: VideoMail, picture: bytes | None = None) -> EmailMessage:
    """multipart/alternative: text, and HTML with the picture, a JPEG, beside it."""
    made = EmailMessage(policy.default.clone(cte_type="7bit"))  # as SES asks, and any mail server takes
    _, address = parseaddr(mail.sender)
    made["From"] = mail.sender
    made["To"] = formataddr((_literal(mail.to_name), mail.to_email)) if mail.to_name else mail.to_email
    made["Subject"] = _literal(mail.subject)
    made["Date"] = format_datetime(mail.written_at)
    made["Message-ID"] = f"<{mail.key}@{address.rpartition('@')[2]}>"
    made.set_content(f"{mail.message}\n\n{mail.title}: {mail.share_url}\n")
    html = (
        template_environment(_TEMPLATES)
        .get_template("video.html")
        .render(
            mail=mail,
            paragraphs=mail.message.splitlines(),
            clock=clock(mail.duration_seconds),
            picture=f"cid:{PICTURE}" if picture else None,
        )
    )
    made.add_alternative(html, subtype="html")
    if picture:
        *_, page = made.iter_parts()
        assert isinstance(page, EmailMessage)
        page.add_related(
            picture, "image", "jpeg", cid=f"<{PICTURE}>", filename="video.jpg", disposition="inline"
        )
    return made


def _literal(text: str) -> str:
    """Text for a header. What looks like an encoded word (RFC 2047) is read as one by `email`, which writes a
    line break in it as it is: another header. A space without width makes it text."""
    return text.replace("=?", "=\u200b?")
