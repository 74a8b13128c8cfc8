"""Brings the database to the newest version of the tables."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.database import NoDatabase
from shared.database.migrating import upgrade
from shared.workflow import open_tools


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The event may name the database of the role that owns the tables: {database_url}."""
    url = event.get("database_url") or open_tools().settings.database_url
    if url is None:
        raise NoDatabase("neither the event nor DATABASE_URL names a database")
    upgrade(url)
    return {"migrated": True}
