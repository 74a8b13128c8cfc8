from .mails import MailFields, MailState, MailStatus, add_mail, list_mails, read_mail
from .opening import open_mailer
from .port import CannotSend, Mailer, Refused
from .sending import is_mail_due, send_due
from .writing import VideoMail, write_mail

__all__ = [
    "CannotSend",
    "MailFields",
    "MailState",
    "MailStatus",
    "Mailer",
    "Refused",
    "VideoMail",
    "add_mail",
    "is_mail_due",
    "list_mails",
    "open_mailer",
    "read_mail",
    "send_due",
    "write_mail",
]
