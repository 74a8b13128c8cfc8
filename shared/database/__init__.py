"""Postgres: the tables, and transactions inside one workspace."""

from shared.database.sessions import (
    Database,
    DatabaseSlow,
    DatabaseUnreachable,
    NoDatabase,
    open_database,
)

__all__ = ["Database", "DatabaseSlow", "DatabaseUnreachable", "NoDatabase", "open_database"]
