from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from shared.database import Database
from shared.database.models import Lead, Mail
from shared.mail import MailFields, MailState, add_mail, send_due
from shared.settings import Settings
from shared.storage import FileStorage
from tests.support.account import REGION, Account, served_account
from tests.support.mail_server import PASSWORD, USER, MailServer, served_mail
from tests.support.parts import Parts
from tests.support.tls import HOST

ANA = "ana@acme.example"


@dataclass
class Desk:
    """A workspace whose leads get mail."""

    parts: Parts
    settings: Settings

    def video(self, email: str | None = ANA, **fields: Any) -> int:
        """Hosted, for a lead with this address."""
        lead = self.parts.add(Lead(name="Ana Søren", company="Acme", email=email, variables={}))
        return self.parts.hosted(lead_id=lead, composed_video_id=self.parts.composed(), **fields)

    def ask(self, hosted_video_id: int, **fields: Any) -> MailState:
        with self.parts.database.workspace(self.parts.workspace_id) as session:
            return add_mail(
                session, self.parts.workspace_id, hosted_video_id, MailFields(**fields), self.settings
            )

    def send(self, **options: Any) -> int:
        return send_due(self.parts.database, self.parts.storage, self.settings, **options)

    def row(self) -> Mail:
        with self.parts.database.workspace(self.parts.workspace_id) as session:
            return session.scalars(select(Mail)).one()

    def pass_time(self, **columns: datetime) -> None:
        """What waits is due now. columns: other times that pass."""
        with self.parts.database.workspace(self.parts.workspace_id) as session:
            session.execute(update(Mail).values(next_attempt_at=datetime.now(UTC), **columns))


@pytest.fixture(autouse=True)
def alone(nothing_to_send: None) -> None:
    """Nothing of others is sent."""


@pytest.fixture
def make_desk(database: Database, workspace_id: int, tmp_path: Path) -> Callable[..., Desk]:
    def make(**settings: Any) -> Desk:
        read = Settings(leadreel_home=tmp_path, _env_file=None, **settings)
        return Desk(Parts(database, FileStorage(tmp_path / "storage"), workspace_id), read)

    return make


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with served_mail(tmp_path / "tls") as served:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tls" / "authority.pem"))
        yield served


def settings_of(server: MailServer) -> dict[str, Any]:
    return {
        "from_email": "Bo Lind <bo@leadreel.example>", "smtp_server": HOST, "smtp_port": server.port,
        "smtp_username": USER, "smtp_password": PASSWORD,
    }  # fmt: skip


@pytest.fixture
def by_smtp(make_desk: Callable[..., Desk], server: MailServer) -> Desk:
    return make_desk(**settings_of(server))


@pytest.fixture(scope="session")
def served_ses() -> Iterator[Account]:
    with served_account() as account:
        yield account


@pytest.fixture
def ses(served_ses: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """This process runs in it, as a Lambda would."""
    for name, value in served_ses.environment.items():
        monkeypatch.setenv(name, value)
    return served_ses


@pytest.fixture
def by_ses(make_desk: Callable[..., Desk], ses: Account) -> Desk:
    return make_desk(from_email="Bo Lind <bo@leadreel.example>", mail_by_ses=True, aws_s3_region=REGION)
