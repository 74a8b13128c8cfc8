"""Structured logs and metrics: one JSON object a line, with the request id in each."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "Leadreel"


@cache
def logger() -> Logger:
    """The process's logger; LOG_LEVEL and POWERTOOLS_SERVICE_NAME shape it."""
    return Logger(service="leadreel", log_uncaught_exceptions=True)


def measure(name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
    """A metric, as a line that CloudWatch reads (embedded metric format). unit: one of CloudWatch's."""
    with single_metric(name=name, unit=MetricUnit(unit), value=value, namespace=NAMESPACE) as metric:
        for dimension, of in dimensions.items():
            metric.add_dimension(name=dimension, value=of)
