"""A workspace owns everything that its people make."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
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
