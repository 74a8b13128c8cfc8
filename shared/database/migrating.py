"""Bring a database to the newest version of the tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

MIGRATIONS = Path(__file__).with_name("migrations")
TAKE_TURNS = text("SELECT pg_advisory_xact_lock(7203110425)")
"""Any number, the same for every migrator: of two at once, the second waits for the first's transaction."""


def upgrade(url: str) -> None:
    """`alembic upgrade head` on the database at `url`, as the role that owns the tables."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")
