"""A mail server on loopback, which speaks TLS and knows one password."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from local.server import bind
from tests.support.tls import HOST, make_identity

USER, PASSWORD = "ana", "never-to-be-shown"


@dataclass
class MailServer:
    """got: what was delivered, in order. answer: to a whole mail. goodbye: to QUIT. said: what it was told
    besides, MAIL among it."""

    port: int
    got: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"
    goodbye: str = "221 Bye"
    said: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.got.append(mail)
        return self.answer

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.said.append(f"MAIL {address}")
        envelope.mail_from = address
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return self.goodbye

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _: Any) -> str:
        if address.startswith("nobody@"):
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def _login(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=known, handled=known)


@contextmanager
def served_mail(
    folder: Path, tls: Literal["asked for", "first", "never"] = "asked for"
) -> Iterator[MailServer]:
    """folder: gets certificates. tls: by STARTTLS, before anything is said (RFC 8314), or not at all."""
    identity = make_identity(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity.certificate, identity.key)
    with bind(0) as free:
        port = int(free.getsockname()[1])
    served = MailServer(port)
    controller = Controller(
        served,
        hostname=HOST,
        port=port,
        ssl_context=context if tls == "first" else None,
        tls_context=context if tls == "asked for" else None,
        require_starttls=tls == "asked for",
        authenticator=_login,
        auth_required=tls == "asked for",  # aiosmtpd takes a password after STARTTLS only
    )
    controller.start()
    try:
        yield served
    finally:
        controller.stop()
