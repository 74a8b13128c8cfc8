"""A workspace owns everything that its people make."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.database import Database
from shared.database.models import Workspace

FIRST_WORKSPACE = "default"


def open_workspace(database: Database, name: str = FIRST_WORKSPACE) -> int:
    """The id of the workspace of that name, made if there is none."""
    with database.transaction() as session:
        session.execute(insert(Workspace).values(name=name).on_conflict_do_nothing())
        return session.scalars(select(Workspace.id).where(Workspace.name == name)).one()
