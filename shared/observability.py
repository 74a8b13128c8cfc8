"""Structured logs: one JSON object a line, with the request id in each."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """The process's logger; LOG_LEVEL and POWERTOOLS_SERVICE_NAME shape it."""
    return Logger(service="leadreel", log_uncaught_exceptions=True)
