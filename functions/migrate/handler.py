"""Brings the database to the newest version of the tables, and what else a deployment has to find there."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.migrating import migrate
from shared.workflow import named, open_tools


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    with named():
        return migrate(open_tools())
