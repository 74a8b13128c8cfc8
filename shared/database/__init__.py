"""Postgres: the tables, and transactions inside one workspace."""

from shared.database.sessions import Database, DatabaseUnreachable, NoDatabase, open_database

__all__ = ["Database", "DatabaseUnreachable", "NoDatabase", "open_database"]
