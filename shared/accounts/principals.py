"""Who asks: the person or the program behind a token, in which workspace, with which role."""

from __future__ import annotations

from sqlalchemy import select, text

from shared.accounts.roles import ROLES, Role, strongest
from shared.accounts.tokens import Claims
from shared.database import Database
from shared.errors import Permanent
from shared.values import Value


class NoRole(Permanent):
    """Whoever asks is known, and may do nothing here; the text says why."""


class Principal(Value):
    """actor: as the audit log names them."""

    workspace_id: int
    role: Role
    actor: str
    client_id: str


def principal_of(claims: Claims, database: Database) -> Principal:
    """Raises NoRole, DatabaseUnreachable."""
    return person_of(claims) or _machine(claims.client_id, database)


def person_of(claims: Claims) -> Principal | None:
    """None for a program, which may have been revoked: only the database knows. Raises NoRole."""
    if claims.is_machine:
        return None
    role = strongest(claims.groups)
    if role is None:
        raise NoRole(f"you are in none of the groups {', '.join(ROLES)}: an owner adds you to one")
    if claims.workspace_id is None:
        raise NoRole("your account belongs to no workspace yet: an owner adds you to one")
    return Principal(
        workspace_id=claims.workspace_id,
        role=role,
        actor=claims.username or claims.subject,
        client_id=claims.client_id,
    )


def _machine(client_id: str, database: Database) -> Principal:
    from shared.database.models import MachineClient  # most who ask are people

    with database.transaction() as session:
        session.execute(text("SELECT set_config('leadreel.client_id', :id, true)"), {"id": client_id})
        client = session.scalars(select(MachineClient).where(MachineClient.client_id == client_id)).first()
    if client is None or client.revoked_at is not None or client.role not in ROLES:
        raise NoRole("this client belongs to no workspace, or was revoked")
    role = strongest([client.role])
    assert role is not None  # it is one of them
    return Principal(
        workspace_id=client.workspace_id, role=role, actor=f"client:{client_id}", client_id=client_id
    )
