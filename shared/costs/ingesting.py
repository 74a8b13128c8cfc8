"""Turn the log lines of Lambda invocations into cost entries.

An invocation tells of itself in two lines, which may arrive in any order, apart, and more than once: ours
(for which video it works) and Lambda's REPORT (what is billed).
"""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.costs.prices import Architecture, read_prices
from shared.costs.reports import (
    InvocationReport,
    decode_subscription,
    parse_invocation_line,
    parse_report,
    price_invocation,
)
from shared.costs.spending import measure_spend
from shared.database import Database
from shared.database.models import CostEntry, Invocation


def ingest_reports(event: dict[str, Any], database: Database, architecture: Architecture = "x86_64") -> int:
    """Write the costs in a CloudWatch Logs subscription event. Returns how many are now priced.

    architecture: of the functions. An amount is rounded to the ten digits that its column has.
    """
    batch = decode_subscription(event)
    function = batch.log_group.rsplit("/", 1)[-1]
    seen: dict[str, dict[str, Any]] = {}
    for message in batch.messages:
        report, told = parse_report(message), parse_invocation_line(message)
        if report is not None:
            seen.setdefault(report.request_id, {})["report"] = message
        elif told is not None:
            seen.setdefault(told.function_request_id, {}).update(
                workspace_id=told.workspace_id, video_id=told.video_id, step=told.step
            )
    with database.transaction() as session:
        known = [  # in one order, so that two events with the same lines don't wait for each other
            _remember(session, request_id, function, half) for request_id, half in sorted(seen.items())
        ]
    priced = 0
    for invocation in known:
        report = parse_report(invocation.report) if invocation.report else None
        if report is not None and invocation.step is not None:
            prices = read_prices(invocation.at.astimezone(UTC).date())
            _write(database, invocation, report, price_invocation(report, prices, architecture))
            priced += 1
    return priced


def _remember(session: Session, request_id: str, function: str, half: dict[str, Any]) -> Invocation:
    statement = insert(Invocation).values(request_id=request_id, function=function, **half)
    statement = statement.on_conflict_do_update(
        index_elements=["request_id"], set_=half or {"function": function}
    )
    return session.scalars(
        statement.returning(Invocation), execution_options={"populate_existing": True}
    ).one()


def _write(database: Database, invocation: Invocation, report: InvocationReport, usd: Decimal) -> None:
    assert invocation.workspace_id is not None
    with database.workspace(invocation.workspace_id) as session:
        written = session.scalars(
            insert(CostEntry)
            .values(
                workspace_id=invocation.workspace_id,
                video_id=invocation.video_id,
                step=invocation.step,
                kind="invocation",
                source=invocation.function,
                reference=invocation.request_id,
                quantity=report.billed_duration_ms,
                unit="ms",
                amount_usd=usd,
                details={
                    "memory_size_mb": report.memory_size_mb,
                    "max_memory_used_mb": report.max_memory_used_mb,
                    "status": report.status,
                },
            )
            .on_conflict_do_nothing()
            .returning(CostEntry.id)
        ).one_or_none()
    if written is not None:
        measure_spend(usd, kind="invocation", source=invocation.function)
