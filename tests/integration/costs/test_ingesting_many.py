"""Hundreds of invocations as AWS logs them, in any order and more than once, against our own invoice."""

from __future__ import annotations

import base64
import gzip
import json
import math
import random
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from shared.accounts import open_workspace
from shared.costs.ingesting import ingest_reports
from shared.costs.prices import Architecture
from shared.database import Database
from shared.database.models import CostEntry, Invocation

PRICES = Path(__file__).parents[3] / "shared" / "costs" / "prices.toml"
COUNT = 600
STEPS = ("script", "voice", "record", "compose")
MEMORY = (128, 512, 1024, 1769, 3008, 10240)
ENDS = ("", "", "", "", "timeout", "out of memory", "error")
STARTS = ("warm", "warm", "warm", "cold", "snapstart")
UNITS = Fraction(1, 10**10)
"""What an amount is rounded to: the digits of its column."""


@dataclass(frozen=True)
class Call:
    """An invocation, as whoever made it up knows it."""

    request_id: str
    workspace_id: int
    video_id: int
    step: str
    ms: int
    """In hundredths of a millisecond, as the next."""
    start_ms: int
    billed_ms: int
    memory_mb: int
    start: str
    end: str
    traced: bool
    as_json: bool

    @property
    def group(self) -> str:
        return f"/aws/lambda/leadreel-dev-{self.step}"

    @property
    def status(self) -> str:
        return {"": "success", "out of memory": "error"}.get(self.end, self.end)

    @property
    def error_type(self) -> str | None:
        return {"out of memory": "Runtime.OutOfMemory", "error": "Runtime.ExitError"}.get(self.end)

    def report(self) -> str:
        return self._json() if self.as_json else self._text()

    def _text(self) -> str:
        parts = [
            f"REPORT RequestId: {self.request_id}", f"Duration: {self.ms / 100:.2f} ms",
            f"Billed Duration: {self.billed_ms} ms", f"Memory Size: {self.memory_mb} MB",
            f"Max Memory Used: {self.memory_mb // 2} MB",
        ]  # fmt: skip
        if self.start == "cold":
            parts.append(f"Init Duration: {self.start_ms / 100:.2f} ms")
        if self.start == "snapstart":
            parts += [f"Restore Duration: {self.start_ms / 50:.2f} ms",
                      f"Billed Restore Duration: {math.ceil(self.start_ms / 100)} ms"]  # fmt: skip
        if self.end:
            parts.append(f"Status: {self.status}")
        if self.error_type:
            parts.append(f"Error Type: {self.error_type}")
        traced = (
            "\nXRAY TraceId: 1-692cc6c7-f2ce8d33\tSegmentId: 5f1d\tSampled: true\t" if self.traced else ""
        )
        return "\t".join(parts) + "\t" + traced + "\n"

    def _json(self) -> str:
        metrics: dict[str, Any] = {
            "durationMs": self.ms / 100, "billedDurationMs": self.billed_ms,
            "memorySizeMB": self.memory_mb, "maxMemoryUsedMB": self.memory_mb // 2,
        }  # fmt: skip
        if self.start == "cold":
            metrics["initDurationMs"] = self.start_ms / 100
        if self.start == "snapstart":
            metrics["restoreDurationMs"] = self.start_ms / 50
            metrics["billedRestoreDurationMs"] = math.ceil(self.start_ms / 100)
        record: dict[str, Any] = {"requestId": self.request_id, "metrics": metrics, "status": self.status}
        if self.error_type:
            record["errorType"] = self.error_type
        if self.traced:
            record["tracing"] = {"type": "X-Amzn-Trace-Id", "value": "Root=1-692cc6c7", "spanId": "5f1d"}
        return json.dumps({"time": "2026-11-20T12:00:00.000Z", "type": "platform.report", "record": record})

    def ours(self) -> str:
        return json.dumps(
            {
                "level": "INFO", "message": "invocation", "function_request_id": self.request_id,
                "workspace_id": self.workspace_id, "video_id": self.video_id, "step": self.step,
            }
        )  # fmt: skip

    def usd(self, prices: dict[str, Any], architecture: Architecture) -> Decimal:
        """With fractions, from the price file; half a unit is rounded up."""
        per_second = Fraction(prices["lambda_gb_second"][architecture])
        seconds = Fraction(self.billed_ms * self.memory_mb, 1000 * 1024)
        units = (seconds * per_second + Fraction(prices["lambda_request"])) / UNITS
        return Decimal(math.floor(units + Fraction(1, 2))).scaleb(-10)


def made_up(draw: random.Random, workspaces: list[int]) -> Iterator[Call]:
    for _ in range(COUNT):
        start, end = draw.choice(STARTS), draw.choice(ENDS)
        ms = draw.choice((1, 100, 6_000_000, draw.randrange(1, 90_000_000)))
        start_ms = 0 if start == "warm" else draw.randrange(1, 200_000)
        yield Call(
            request_id=str(UUID(int=draw.getrandbits(128), version=4)),
            workspace_id=draw.choice(workspaces), video_id=draw.randrange(1, 50), step=draw.choice(STEPS),
            ms=ms, start_ms=start_ms, billed_ms=-(-(ms + start_ms) // 100), memory_mb=draw.choice(MEMORY),
            start=start, end=end, traced=draw.random() < 0.5, as_json=draw.random() < 0.5,
        )  # fmt: skip


def noise(call: Call) -> list[str]:
    """What Lambda writes beside, and what is cut off."""
    return [
        f"START RequestId: {call.request_id} Version: $LATEST\n", f"END RequestId: {call.request_id}\n",
        "INIT_REPORT Init Duration: 9999.80 ms\tPhase: init\tStatus: timeout\n",
        json.dumps({"type": "platform.start", "record": {"requestId": call.request_id}}),
        json.dumps({"type": "platform.runtimeDone",
                    "record": {"requestId": call.request_id, "metrics": {"durationMs": 1.5}}}),
        call.report()[: len(call.report()) // 3], "",
    ]  # fmt: skip


def events(draw: random.Random, lines: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """As CloudWatch Logs hands them on: each of one log group, with some of its lines."""
    made = []
    for group in sorted({group for group, _ in lines}):
        messages = [message for of, message in lines if of == group]
        while messages:
            some, messages = messages[: (size := draw.randrange(1, 60))], messages[size:]
            body = {
                "messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": group,
                "logStream": "2026/11/20/[$LATEST]1", "subscriptionFilters": ["costs"],
                "logEvents": [{"id": str(n), "timestamp": 1_763_640_000_000 + n, "message": message}
                              for n, message in enumerate(some)],
            }  # fmt: skip
            data = base64.b64encode(gzip.compress(json.dumps(body).encode())).decode()
            made.append({"awslogs": {"data": data}})
    draw.shuffle(made)
    return made


def rows(database: Database, workspaces: list[int]) -> dict[str, tuple[Any, ...]]:
    found = {}
    for workspace_id in workspaces:
        with database.workspace(workspace_id) as session:
            for entry in session.scalars(select(CostEntry)):
                assert entry.reference not in found
                assert (entry.kind, entry.unit) == ("invocation", "ms")
                found[entry.reference] = (
                    entry.workspace_id, entry.video_id, entry.step, entry.source, entry.quantity,
                    entry.amount_usd, entry.details["memory_size_mb"], entry.details["status"],
                )  # fmt: skip
    return found


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_the_rows_are_the_invoice(database: Database, architecture: Architecture) -> None:
    draw = random.Random(f"invoice {architecture}")
    workspaces = [open_workspace(database, f"ingesting {architecture} {number}") for number in range(3)]
    calls = list(made_up(draw, workspaces))
    lines = [(call.group, line) for call in calls for line in (call.report(), call.ours()) for _ in range(2)]
    lines += [(call.group, line) for call in calls[:50] for line in noise(call)]
    nobodys, unreported = list(made_up(draw, workspaces))[:20], list(made_up(draw, workspaces))[:20]
    lines += [(call.group, call.report()) for call in nobodys]  # of no video: a request, a schedule
    lines += [(call.group, call.ours()) for call in unreported]  # still at work
    draw.shuffle(lines)
    with ThreadPoolExecutor(4) as pool:  # several invocations at once, as Lambda does it
        list(pool.map(lambda event: ingest_reports(event, database, architecture), events(draw, lines)))
    [prices] = tomllib.loads(PRICES.read_text())["aws"]
    invoice = {
        call.request_id: (
            call.workspace_id, call.video_id, call.step, f"leadreel-dev-{call.step}", call.billed_ms,
            call.usd(prices, architecture), call.memory_mb, call.status,
        )
        for call in calls
    }  # fmt: skip
    assert rows(database, workspaces) == invoice
    with database.workspace(workspaces[0]) as session:
        asked = select(func.sum(CostEntry.amount_usd))
        assert session.scalar(asked) == sum(row[5] for row in invoice.values() if row[0] == workspaces[0])
    with database.transaction() as session:
        known = {call.request_id for call in [*nobodys, *unreported]}
        asked_of = select(func.count()).where(Invocation.request_id.in_(known))
        assert session.scalar(asked_of) == len(known)
