"""A mail server on loopback, which speaks TLS and knows one password."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from local.server import bind
from tests.support.tls import HOST, make_identity

USER, PASSWORD = "ana", "never-to-be-shown"


@dataclass
class MailServer:
    """got: what was delivered, in order. answer: to a whole mail. trusted: the certificates to go by."""

    port: int
    trusted: ssl.SSLContext
    got: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.got.append(mail)
        return self.answer

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
def served_mail(folder: Path, *, tls_first: bool = False) -> Iterator[MailServer]:
    """folder: gets certificates. tls_first: nothing is said before (RFC 8314); else STARTTLS comes first."""
    identity = make_identity(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity.certificate, identity.key)
    with bind(0) as free:
        port = int(free.getsockname()[1])
    served = MailServer(port, ssl.create_default_context(cafile=str(identity.authority)))
    controller = Controller(
        served,
        hostname=HOST,
        port=port,
        ssl_context=context if tls_first else None,
        tls_context=None if tls_first else context,
        require_starttls=not tls_first,
        authenticator=_login,
        auth_required=not tls_first,  # aiosmtpd takes a password after STARTTLS only
    )
    controller.start()
    try:
        yield served
    finally:
        controller.stop()
