"""Alembic's entry: runs the migrations on the database of the configuration, or of DATABASE_URL."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from shared.database.models import Base
from shared.settings import read_settings

LOCK = 7_203_110_425  # any number, the same for every migrator: two at once take turns


def migrate() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or read_settings().database_url
    if not url:
        raise SystemExit("DATABASE_URL is not set")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            context.run_migrations()
        connection.commit()


migrate()
