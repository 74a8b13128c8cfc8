"""Structured logs and metrics: one JSON object a line, with the request id in each."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from functools import cache
from typing import Literal

from aws_lambda_powertools import Logger

NAMESPACE = "Leadreel"
"""Unless POWERTOOLS_METRICS_NAMESPACE names another: stages that share an account are counted apart."""
Unit = Literal["Count", "Milliseconds", "None"]


@cache
def logger() -> Logger:
    """The process's logger; LOG_LEVEL and POWERTOOLS_SERVICE_NAME shape it."""
    return Logger(service="leadreel", log_uncaught_exceptions=True)


@cache
def namespace() -> str:
    """Under which this process's metrics are counted."""
    return os.environ.get("POWERTOOLS_METRICS_NAMESPACE") or NAMESPACE


def measure(
    name: str, value: float, unit: Unit = "Count", told: Mapping[str, object] | None = None, **dimensions: str
) -> None:
    """A metric, as a line that CloudWatch reads. unit: one of CloudWatch's. told: what else the line says.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    metric = {
        "Namespace": namespace(),
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    about = {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": [metric]}
    line = {"_aws": about, **logger().thread_safe_get_current_keys(), **(told or {}), **dimensions}
    text = json.dumps({**line, name: [float(value)]}, separators=(",", ":"))
    sys.stdout.write(f"{text}\n")  # in one piece: print writes the line's end apart, and threads mix them
