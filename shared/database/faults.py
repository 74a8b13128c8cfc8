"""What goes wrong with the database as a whole."""

from __future__ import annotations

from shared.errors import Permanent, Retryable


class DatabaseUnreachable(Retryable):
    """Postgres did not answer, or went away in the middle."""


class DatabaseSlow(Retryable):
    """A statement took longer than it may."""


class NoDatabase(Permanent):
    """DATABASE_URL is not set, and the work needs rows."""
