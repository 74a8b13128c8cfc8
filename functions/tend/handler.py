"""Puts right what a crash left, and throws away what is old; called each five minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.tending import tend
from shared.videos import TEND_AFTER
from shared.workflow import open_tools

LAST_SECONDS = 25.0
"""What is begun last has them to end: a statement may take 20."""


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    tools = open_tools()
    seconds = context.get_remaining_time_in_millis() / 1000 - LAST_SECONDS
    after = timedelta(seconds=event.get("after_seconds", TEND_AFTER.total_seconds()))
    return dict(tend(tools.database, tools.executions, seconds, after=after))
