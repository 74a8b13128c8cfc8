"""What an invocation cost, and which paid calls have no outcome.

Invocations come as Lambda's REPORT lines, read from CloudWatch Logs' subscription events, in either of the
log formats that a function can have:

    REPORT RequestId: 3f…	Duration: 12.34 ms	Billed Duration: 13 ms	Memory Size: 512 MB	…
    {"time": "…", "type": "platform.report", "record": {"requestId": "3f…", "metrics": {…}, "status": …}}

`Init Duration` is there on a cold start, `Status` (timeout, error) and `Error Type` when the invocation ended
badly, `Restore Duration` with SnapStart. AWS charges the Billed Duration, in which is what is billed of a
start or a restore. Whether concurrency was provisioned, and for which processor, no line says.
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-monitoring.html
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import and_, func, or_, select

from shared.costs.ledger import GONE
from shared.costs.prices import Architecture, Prices
from shared.database import Database
from shared.database.models import PaidCallRow
from shared.values import Value

_FIELD = re.compile(r"(?:^|\s)(?!MB\b)([A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*)*): (\S+)")
_PLATFORM_REPORT = "platform.report"
INVOCATION = "invocation"


class InvocationReport(Value):
    """A REPORT line. status: `success`, `timeout`, `error` …; error_type such as `Runtime.OutOfMemory`.

    restore_duration_ms: of a start from a snapshot; what is billed of it is billed_duration_ms's already.
    """

    request_id: str
    duration_ms: Decimal
    billed_duration_ms: int
    memory_size_mb: int
    max_memory_used_mb: int
    init_duration_ms: Decimal | None = None
    restore_duration_ms: Decimal | None = None
    status: str = "success"
    error_type: str | None = None

    @property
    def cold(self) -> bool:
        return self.init_duration_ms is not None or self.restore_duration_ms is not None


class InvocationLine(Value):
    """Our own line by which an invocation tells for whom it worked."""

    function_request_id: str
    workspace_id: int
    video_id: int
    step: str


class LogBatch(Value):
    """What one subscription event carries."""

    log_group: str
    log_stream: str
    messages: tuple[str, ...]


class UnsettledCall(Value):
    """A paid call that may have been charged for nothing. at: when it was begun, in UTC."""

    vendor: str
    operation: str
    video_id: int | None
    step: str | None
    at: datetime
    reason: str


def parse_report(message: str) -> InvocationReport | None:
    """The report, or None if the message is something else or lacks a field that every report has."""
    if message.startswith("{"):
        return _parse_platform_report(message)
    if not message.startswith("REPORT RequestId:"):
        return None
    fields = dict(_FIELD.findall(message.removeprefix("REPORT ")))
    try:
        return InvocationReport(
            request_id=fields["RequestId"],
            duration_ms=fields["Duration"],
            billed_duration_ms=fields["Billed Duration"],
            memory_size_mb=fields["Memory Size"],
            max_memory_used_mb=fields["Max Memory Used"],
            init_duration_ms=fields.get("Init Duration"),
            restore_duration_ms=fields.get("Restore Duration"),
            status=fields.get("Status", "success"),
            error_type=fields.get("Error Type"),
        )
    except (KeyError, ValidationError):
        return None


def _parse_platform_report(message: str) -> InvocationReport | None:
    if _PLATFORM_REPORT not in message:  # most lines are others
        return None
    try:
        line = json.loads(message, parse_float=Decimal)
        if line["type"] != _PLATFORM_REPORT:
            return None
        record = line["record"]
        metrics = record["metrics"]
        return InvocationReport(
            request_id=record["requestId"],
            duration_ms=metrics["durationMs"],
            billed_duration_ms=metrics["billedDurationMs"],
            memory_size_mb=metrics["memorySizeMB"],
            max_memory_used_mb=metrics["maxMemoryUsedMB"],
            init_duration_ms=metrics.get("initDurationMs"),
            restore_duration_ms=metrics.get("restoreDurationMs"),
            status=record["status"],
            error_type=record.get("errorType"),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def price_invocation(
    report: InvocationReport, prices: Prices, architecture: Architecture = "x86_64"
) -> Decimal:
    """What the invocation cost in USD, exactly: its billed GB-seconds and its request."""
    return prices.lambda_usd(report.billed_duration_ms, report.memory_size_mb, architecture)


def parse_invocation_line(message: str) -> InvocationLine | None:
    """Our line, or None if the message is anything else."""
    try:
        fields = json.loads(message)
    except ValueError:
        return None
    if not isinstance(fields, dict) or fields.get("message") != INVOCATION:
        return None
    try:
        return InvocationLine.model_validate({name: fields.get(name) for name in InvocationLine.model_fields})
    except ValidationError:
        return None


def decode_subscription(event: Mapping[str, Any]) -> LogBatch:
    """The messages of a CloudWatch Logs subscription event, `{"awslogs": {"data": base64 of gzip of JSON}}`.

    A control message (CloudWatch trying the subscription) has none. Raises ValueError for anything else.
    """
    try:
        batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        events = batch["logEvents"] if batch["messageType"] == "DATA_MESSAGE" else []
        return LogBatch(
            log_group=batch["logGroup"],
            log_stream=batch["logStream"],
            messages=tuple(entry["message"].rstrip("\n") for entry in events),
        )
    except (KeyError, TypeError, OSError, EOFError) as error:
        raise ValueError(f"not a subscription event of CloudWatch Logs: {error}") from error


def unsettled_calls(database: Database, workspace_id: int) -> tuple[UnsettledCall, ...]:
    """The workspace's calls whose outcome is unknown, oldest first: to be held against the invoice."""
    left_open = and_(PaidCallRow.status == "begun", PaidCallRow.claimed_until <= func.now())
    with database.workspace(workspace_id) as session:
        rows = session.scalars(
            select(PaidCallRow)
            .where(or_(PaidCallRow.status == "unknown", left_open))
            .order_by(PaidCallRow.id)
        ).all()
    return tuple(
        UnsettledCall(
            vendor=row.vendor,
            operation=row.operation,
            video_id=row.video_id,
            step=row.step,
            at=row.created_at,
            reason=row.reason or GONE,
        )
        for row in rows
    )
