from __future__ import annotations

import base64
import gzip
import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from shared.costs import Answer, DatabaseBooks, PaidCall
from shared.costs.ingesting import ingest_reports
from shared.database import Database
from shared.database.models import CostEntry


def event(*messages: str) -> dict[str, Any]:
    """What CloudWatch Logs hands to a subscribed function."""
    body = {
        "messageType": "DATA_MESSAGE",
        "logGroup": "/aws/lambda/leadreel-voice",
        "logStream": "2026/11/21/[$LATEST]1",
        "logEvents": [{"id": str(n), "timestamp": 0, "message": text} for n, text in enumerate(messages)],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(body).encode())).decode()}}


def report(request_id: str) -> str:
    return (
        f"REPORT RequestId: {request_id}\tDuration: 999.10 ms\tBilled Duration: 1000 ms\t"
        "Memory Size: 1024 MB\tMax Memory Used: 90 MB\tInit Duration: 250.10 ms\t\n"
    )


def ours(request_id: str, workspace_id: int, video_id: int) -> str:
    return json.dumps(
        {
            "level": "INFO",
            "message": "invocation",
            "function_request_id": request_id,
            "workspace_id": workspace_id,
            "video_id": video_id,
            "step": "voice",
        }
    )


def entries(database: Database, workspace_id: int) -> list[CostEntry]:
    with database.workspace(workspace_id) as session:
        return list(session.scalars(select(CostEntry).order_by(CostEntry.id)))


def test_both_lines_together_become_one_priced_row(database: Database, workspace_id: int) -> None:
    request_id = str(uuid4())
    assert ingest_reports(event(ours(request_id, workspace_id, 7), report(request_id)), database) == 1
    [entry] = entries(database, workspace_id)
    # one GB-second on x86, and one request
    assert entry.amount_usd == Decimal("0.0000166667") + Decimal("0.0000002")
    assert (entry.video_id, entry.step, entry.source) == (7, "voice", "leadreel-voice")
    assert entry.details["max_memory_used_mb"] == 90


def test_lines_that_come_apart_late_or_twice_make_the_same_row(database: Database, workspace_id: int) -> None:
    request_id = str(uuid4())
    told, reported = event(ours(request_id, workspace_id, 7)), event(report(request_id))
    assert ingest_reports(reported, database) == 0
    assert entries(database, workspace_id) == []
    assert ingest_reports(told, database) == 1
    ingest_reports(reported, database)
    ingest_reports(told, database)
    assert len(entries(database, workspace_id)) == 1


def test_lines_that_are_neither_are_passed_over(database: Database, workspace_id: int) -> None:
    assert ingest_reports(event("START RequestId: 1 Version: $LATEST", "{}", "not json", ""), database) == 0
    assert entries(database, workspace_id) == []


def spent(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, float]]:
    """Source and USD of each metric SpendUSD since it was last asked."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    for line in lines:
        [metric] = line["_aws"]["CloudWatchMetrics"]
        assert metric["Metrics"] == [{"Name": "SpendUSD", "Unit": "None"}]
        assert metric["Dimensions"] == [[]]  # one metric for everything, so that one alarm sees it all
    return [(line["source"], line["SpendUSD"][0]) for line in lines]


def test_what_an_invocation_cost_is_told_once(
    database: Database, workspace_id: int, capsys: pytest.CaptureFixture[str]
) -> None:
    request_id = str(uuid4())
    both = event(ours(request_id, workspace_id, 7), report(request_id))
    ingest_reports(both, database)
    [(source, amount)] = spent(capsys)
    assert source == "leadreel-voice" and amount == pytest.approx(0.0000168667)
    ingest_reports(both, database)
    assert spent(capsys) == []


def test_what_a_vendor_charged_is_told_once(
    database: Database, workspace_id: int, capsys: pytest.CaptureFixture[str]
) -> None:
    books = DatabaseBooks(database, workspace_id, None, "voice")
    call = PaidCall("elevenlabs", "speak", {"text": uuid4().hex})
    answer = Answer(b"", Decimal("0.03"), Decimal(100), "characters")
    claim = books.begin(call, 15)
    assert claim is not None and spent(capsys) == []
    books.finish(call, claim, answer)
    assert spent(capsys) == [("elevenlabs", 0.03)]
    books.finish(call, claim, answer)
    assert spent(capsys) == []
