"""Log lines as CloudWatch has them, and their delivery to the function that turns them into costs.

On AWS a subscription filter hands each REPORT line, and each line that says which video an invocation was
for, to `ingest_costs`. Here they wait in a spool file, which outlives a crash, until they are handed on in
the same wrapping.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import logging
import math
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.catalogue import ACCOUNT, Function

LARGEST_LOG = 10_000_000  # bytes; then one older file is kept beside it
LARGEST_BATCH = 1000  # lines in one event
INVOCATION_MARK = '"invocation"'
LARGEST_SPOOL = 50_000_000  # bytes

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """How an invocation went. status: empty, timeout or error. init_ms: of a cold start, else None."""

    request_id: str
    duration_ms: float
    memory_size_mb: int
    memory_used_mb: int
    init_ms: float | None = None
    status: str = ""
    error_type: str = ""

    def line(self) -> str:
        """CloudWatch's REPORT line; the time of a cold start is billed too."""
        billed = math.ceil(self.duration_ms + (self.init_ms or 0.0))
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            f"Billed Duration: {billed} ms",
            f"Memory Size: {self.memory_size_mb} MB",
            f"Max Memory Used: {self.memory_used_mb} MB",
        ]
        if self.init_ms is not None:
            parts.append(f"Init Duration: {self.init_ms:.2f} ms")
        if self.status:
            parts.append(f"Status: {self.status}")
        if self.error_type:
            parts.append(f"Error Type: {self.error_type}")
        return "\t".join(parts)


class FunctionLog:
    """HOME/logs/{function}.log: what the function printed between its START, END and REPORT lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, line: str) -> None:
        """Append a line. A full disk costs the line, not the invocation."""
        with contextlib.suppress(OSError):
            if self._path.exists() and self._path.stat().st_size > LARGEST_LOG:
                self._path.replace(self._path.with_suffix(".1.log"))
            with self._path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(line + "\n")


class ReportSpool:
    """Lines that wait to be handed on, one JSON object a line: {group, id, timestamp, message}."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, function: Function, messages: Iterable[str]) -> None:
        group, now = f"/aws/lambda/{function.full_name}", int(time.time() * 1000)
        lines = [
            json.dumps({"group": group, "id": uuid.uuid4().hex, "timestamp": now, "message": message})
            for message in messages
        ]
        try:
            with self._path.open("a", encoding="utf-8") as file:
                if file.tell() > LARGEST_SPOOL:
                    raise OSError(f"{self._path} is full; {LARGEST_SPOOL} bytes wait to be handed on")
                file.write("".join(line + "\n" for line in lines))
        except OSError as error:
            log.warning("the costs of an invocation of %s are lost: %s", function.name, error)

    def take(self) -> list[dict[str, Any]]:
        """The oldest lines, at most one batch; they stay until `drop`. A half-written one is left out."""
        if not self._path.exists():
            return []
        text = self._path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1].splitlines()[:LARGEST_BATCH]
        return [json.loads(line) for line in whole]

    def drop(self, count: int) -> None:
        """Forget the oldest `count` lines."""
        rest = self._path.read_text(encoding="utf-8").splitlines(keepends=True)[count:]
        partial = self._path.with_suffix(".partial")
        partial.write_text("".join(rest), encoding="utf-8")
        partial.replace(self._path)


def worth_handing_on(line: str) -> bool:
    """Whether a line of output is the structured one that says which video an invocation was for."""
    if not line.startswith("{") or INVOCATION_MARK not in line:
        return False
    try:
        return bool(json.loads(line).get("message") == "invocation")
    except ValueError:
        return False


def subscription_event(group: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    """What CloudWatch Logs sends to a subscribed Lambda: gzipped JSON in base64.

    events: each {id, timestamp in Unix milliseconds, message}.
    """
    document = {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": group,
        "logStream": "local",
        "subscriptionFilters": ["costs"],
        "logEvents": events,
    }
    data = base64.b64encode(gzip.compress(json.dumps(document).encode(), 6))
    return {"awslogs": {"data": data.decode()}}


def subscription_events(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One subscription event for each log group among the lines of a spool."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        groups.setdefault(line["group"], []).append({k: line[k] for k in ("id", "timestamp", "message")})
    return [subscription_event(group, events) for group, events in groups.items()]
