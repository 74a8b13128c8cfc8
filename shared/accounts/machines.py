"""Programs that sign in by themselves: whose they are, and what they may do."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared.accounts.roles import Role
from shared.database.finding import find_row
from shared.database.models import MachineClient
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import Conflict, NotFound
from shared.values import Given, Name, Value

SORTABLE: Sortable = {
    "id": MachineClient.id,
    "name": MachineClient.name,
    "created_at": MachineClient.created_at,
}
ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]


class NoSuchClient(NotFound):
    """There is no machine client with that id in this workspace."""


class ClientTaken(Conflict):
    """A client of that id is somebody's already."""


class ClientFields(Given):
    """client_id: of a client that the user pool has; without it the issuer of one machine gets a new one."""

    name: Name
    role: Role = "member"
    client_id: ClientId | None = None


class ClientState(Value):
    """client_secret: said once, when it was made here."""

    id: int
    client_id: str
    name: str
    role: str
    created_at: datetime
    revoked_at: datetime | None
    client_secret: str | None = None


def add_client(session: Session, workspace_id: int, fields: ClientFields) -> ClientState:
    """Raises ClientTaken."""
    secret = None if fields.client_id else secrets.token_urlsafe(32)
    client = MachineClient(
        workspace_id=workspace_id,
        client_id=fields.client_id or f"machine-{secrets.token_hex(12)}",
        name=fields.name,
        role=fields.role,
        secret_hash=secret and digest(secret),
    )
    session.add(client)
    try:
        session.flush()
    except IntegrityError as error:
        raise ClientTaken(f"the client {client.client_id} belongs to a workspace already") from error
    return _state(client).model_copy(update={"client_secret": secret})


def digest(secret: str) -> str:
    """What is kept of a secret: it has 256 random bits, so one round is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def read_client(session: Session, client_id: int, *, lock: bool = False) -> ClientState:
    """Raises NoSuchClient."""
    return _state(_find(session, client_id, lock=lock))


def revoke_client(session: Session, client_id: int) -> None:
    """It is let in no more. Raises NoSuchClient."""
    client = _find(session, client_id, lock=True)
    client.revoked_at = client.revoked_at or datetime.now(UTC)
    session.flush()


def list_clients(session: Session, asked: Asked) -> Page[ClientState]:
    """Raises WrongCursor, WrongSort."""
    return page(session, select(MachineClient), MachineClient.id, SORTABLE, asked, _state)


def _find(session: Session, client_id: int, *, lock: bool) -> MachineClient:
    client = find_row(session, MachineClient, client_id, lock=lock)
    if client is None:
        raise NoSuchClient(f"there is no machine client {client_id}")
    return client


def _state(client: MachineClient) -> ClientState:
    return ClientState(
        id=client.id,
        client_id=client.client_id,
        name=client.name,
        role=client.role,
        created_at=client.created_at,
        revoked_at=client.revoked_at,
    )
