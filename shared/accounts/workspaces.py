"""A workspace owns everything that its people make."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import Workspace
from shared.values import Given, Value

FIRST_WORKSPACE = "default"


def open_workspace(database: Database, name: str = FIRST_WORKSPACE) -> int:
    """The id of the workspace of that name, made if there is none."""
    with database.transaction() as session:
        session.execute(insert(Workspace).values(name=name).on_conflict_do_nothing())
        return session.scalars(select(Workspace.id).where(Workspace.name == name)).one()


def open_first_workspace(owner: Database, name: str) -> int | None:
    """Open a workspace if there is none; its id, which is 1: the first person's token names it already.

    owner: signed in as who owns the tables. None where there are workspaces.
    """
    with owner.transaction() as session:
        if session.scalar(select(exists().select_from(Workspace))):
            return None
        row = insert(Workspace).values(id=1, name=name).on_conflict_do_nothing()
        opened = session.scalar(row.returning(Workspace.id))
        if opened is not None:  # else somebody else did at the same time
            session.execute(text("SELECT setval(pg_get_serial_sequence('workspaces', 'id'), 1)"))
        return opened


class WorkspaceState(Value):
    """approve_scripts, approve_voices: of every video, before its voice is bought."""

    id: int
    name: str
    approve_scripts: bool
    approve_voices: bool
    created_at: datetime


class WorkspaceChanges(Given):
    """What is left out stays. A change holds for videos that are asked for from then on."""

    approve_scripts: bool = False
    approve_voices: bool = False


def read_workspace(session: Session, workspace_id: int, *, lock: bool = False) -> WorkspaceState:
    """lock: nobody else changes it until the transaction ends."""
    row = session.get_one(Workspace, workspace_id, with_for_update={"key_share": True} if lock else None)
    return WorkspaceState.model_validate(row, from_attributes=True)


def change_workspace(session: Session, workspace_id: int, changes: WorkspaceChanges) -> WorkspaceState:
    row = session.get_one(Workspace, workspace_id)
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    session.flush()
    return WorkspaceState.model_validate(row, from_attributes=True)
