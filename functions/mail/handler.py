"""Sends mail that is due; called each minute, and whenever there may be some."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.mail import send_due
from shared.workflow import open_tools

LAST_SECONDS = 60.0
"""What is begun last has them to end: SES takes 26 at most, a mail server mostly less. A mail that takes
longer is killed with its worker, and may come twice."""


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    tools = open_tools()
    seconds = context.get_remaining_time_in_millis() / 1000 - LAST_SECONDS
    return {"sent": send_due(tools.database, tools.storage, tools.settings, seconds=seconds)}
