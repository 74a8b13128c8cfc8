"""Sends webhooks what is due; called each minute, and whenever there may be something."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.webhooks import deliver_due
from shared.workflow import open_tools

LAST_SECONDS = 15.0
"""What is begun last has them to end."""


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    tools = open_tools()
    seconds = context.get_remaining_time_in_millis() / 1000 - LAST_SECONDS
    return {"requests": deliver_due(tools.database, tools.settings, seconds=seconds)}
