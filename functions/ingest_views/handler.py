"""Turns the edge's log files, one as each appears in storage, into rows of views."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.analytics import ingest_views
from shared.workflow import open_tools


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    return ingest_views(event, open_tools())
