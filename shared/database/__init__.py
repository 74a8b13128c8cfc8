"""Postgres: the tables, and transactions inside one workspace."""

from shared.database.faults import DatabaseSlow, DatabaseUnreachable, NoDatabase
from shared.database.sessions import Database, open_database

__all__ = ["Database", "DatabaseSlow", "DatabaseUnreachable", "NoDatabase", "open_database"]
