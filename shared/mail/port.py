"""What the product needs of a place that sends mail."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Literal, Protocol

from shared.errors import Permanent, Retryable

SentBy = Literal["ses", "smtp", "outbox"]


class Refused(Permanent):
    """This mail is not taken, and would not be at another time."""


class CannotSend(Retryable):
    """It could not be handed over just now."""


class Mailer(Protocol):
    """Hands mail over to whoever carries it."""

    @property
    def name(self) -> SentBy: ...

    def send(self, mail: EmailMessage) -> str:
        """The id under which it is known there. `mail` has From, one address in To, and a Message-ID.

        Raises Refused, CannotSend.
        """
        ...
