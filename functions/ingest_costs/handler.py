"""Turns the log lines of invocations, as CloudWatch Logs hands them on, into cost entries."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.costs.ingesting import ingest_reports
from shared.workflow import open_tools


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    tools = open_tools()
    return {"priced": ingest_reports(event, tools.database, tools.settings.lambda_architecture)}
