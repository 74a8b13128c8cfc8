from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import ProgrammingError

from local.postgres import Postgres
from shared.accounts import open_workspace
from shared.database import Database, DatabaseUnreachable
from shared.database.migrating import upgrade
from shared.database.models import Base, CostEntry, Lead

NAMED = {
    "screen_recordings", "recording_sessions", "recording_segments", "video_scripts", "voiceovers",
    "voiceover_usage", "voiceover_cache", "composed_videos", "composition_jobs", "hosted_videos",
    "video_views", "leads", "demo_sites", "paid_calls", "cost_entries",
}  # fmt: skip


def test_migrations_make_every_table_as_the_models_have_it(migrated: Postgres) -> None:
    upgrade(migrated.owner_url)  # again: nothing to do
    engine = create_engine(migrated.owner_url)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) >= NAMED
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_a_workspace_sees_its_own_rows_only(database: Database, workspace_id: int) -> None:
    other = open_workspace(database, f"other than {workspace_id}")
    with database.workspace(workspace_id) as session:
        session.add(Lead(workspace_id=workspace_id, name="Ana", company="Acme", variables={}))
    with database.workspace(workspace_id) as session:
        assert [lead.name for lead in session.scalars(select(Lead))] == ["Ana"]
    with database.workspace(other) as session:
        assert session.scalars(select(Lead)).all() == []
    with database.transaction() as session:
        assert session.scalars(select(Lead)).all() == []


def test_a_row_for_another_workspace_is_refused(database: Database, workspace_id: int) -> None:
    other = open_workspace(database, f"not {workspace_id}")
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        database.workspace(workspace_id) as session,
    ):
        session.add(Lead(workspace_id=other, name="Ana", company="Acme", variables={}))


def test_every_table_with_a_workspace_has_forced_row_level_security(database: Database) -> None:
    owned = {table.name for table in Base.metadata.tables.values() if "workspace_id" in table.columns}
    with database.transaction() as session:
        guarded = session.scalars(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        ).all()
        mine = session.execute(
            text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        )
        assert mine.one() == (False, False)
    assert owned - set(guarded) == {"invocations"}


def test_costs_of_nobody_are_seen_by_no_workspace(database: Database, workspace_id: int) -> None:
    reference = f"nobody {workspace_id}"
    with database.transaction() as session:
        session.add(CostEntry(kind="invocation", source="migrate", reference=reference, details={}))
    mine = select(CostEntry).where(CostEntry.reference == reference)
    with database.workspace(workspace_id) as session:
        assert session.scalars(mine).all() == []
    with database.transaction() as session:
        assert len(session.scalars(mine).all()) == 1


def test_a_database_that_does_not_answer_is_worth_a_retry() -> None:
    database = Database("postgresql+psycopg2://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnreachable, match="can't be reached"), database.transaction() as session:
        session.execute(text("SELECT 1"))
    database.close()
