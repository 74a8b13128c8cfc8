"""Alembic's entry: runs the migrations on the database of the configuration, or of DATABASE_URL."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

from shared.database.migrating import TAKE_TURNS
from shared.database.models import Base
from shared.database.sessions import driven
from shared.settings import read_settings


def migrate() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or read_settings().database_url
    if not url:
        raise SystemExit("DATABASE_URL is not set")
    engine = create_engine(driven(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            connection.execute(TAKE_TURNS)
            context.run_migrations()
        connection.commit()


migrate()
