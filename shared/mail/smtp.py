"""A mail server of one's own, by SMTP (RFC 5321), never with a password or a mail that others can read."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from typing import Literal

from pydantic import SecretStr

from shared.mail.port import CannotSend, Refused

TLS_PORT = 465
"""Where TLS comes first (RFC 8314); elsewhere it is asked for by STARTTLS."""
TIMEOUT_SECONDS = 20.0
"""Of each answer; the last one may take a server longest (RFC 5321, 4.5.3.2.6)."""
PERMANENT = 500


class Smtp:
    """The port `Mailer`."""

    name: Literal["smtp"] = "smtp"

    def __init__(self, server: str, port: int, username: str | None, password: SecretStr | None) -> None:
        self._server, self._port = server, port
        self._username, self._password = username, password
        self._context = ssl.create_default_context()

    def send(self, mail: EmailMessage) -> str:
        try:
            connection = self._connect()
            try:
                if self._username and self._password:
                    connection.login(self._username, self._password.get_secret_value())
                connection.send_message(mail)
            finally:  # what was taken stays taken, whatever is said to a goodbye
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            code, said = _answer(error)
            kind = Refused if code >= PERMANENT else CannotSend
            raise kind(f"{self._server} refused the mail: {code} {said}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise CannotSend(f"{self._server}:{self._port} did not take the mail: {error}") from error
        return str(mail["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        if self._port == TLS_PORT:
            return smtplib.SMTP_SSL(self._server, self._port, timeout=TIMEOUT_SECONDS, context=self._context)
        connection = smtplib.SMTP(self._server, self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.starttls(context=self._context)
        except BaseException:
            connection.close()
            raise
        return connection


def _answer(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> tuple[int, str]:
    """(code, text); of one address, for a mail has no more."""
    code, said = (
        next(iter(error.recipients.values()))
        if isinstance(error, smtplib.SMTPRecipientsRefused)
        else (error.smtp_code, error.smtp_error)
    )
    return code, said.decode(errors="replace") if isinstance(said, bytes) else said
