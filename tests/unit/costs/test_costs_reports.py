"""REPORT lines, our own lines, and the events that bring them."""

from __future__ import annotations

import base64
import gzip
import json
from decimal import Decimal
from typing import Any

import pytest

from shared.costs import (
    InvocationLine,
    decode_subscription,
    parse_invocation_line,
    parse_report,
    price_invocation,
    read_prices,
)

WARM = (
    "REPORT RequestId: 3f1e9a52-7c1b-4a77-9d55-0d2b8a3d5e01\tDuration: 12.34 ms\tBilled Duration: 13 ms\t"
    "Memory Size: 512 MB\tMax Memory Used: 88 MB\t"
)
COLD = (
    "REPORT RequestId: 3f1e9a52-7c1b-4a77-9d55-0d2b8a3d5e02\tDuration: 1520.07 ms\tBilled Duration: 1934 ms\t"
    "Memory Size: 1024 MB\tMax Memory Used: 301 MB\tInit Duration: 413.52 ms\t\n"
    "XRAY TraceId: 1-5f-ab\tSegmentId: 5f\tSampled: true\t\n"
)
TIMEOUT = (
    "REPORT RequestId: 3f1e9a52-7c1b-4a77-9d55-0d2b8a3d5e03\tDuration: 600000.00 ms\t"
    "Billed Duration: 600000 ms\tMemory Size: 3008 MB\tMax Memory Used: 1200 MB\tStatus: timeout"
)
OUT_OF_MEMORY = (
    "REPORT RequestId: 3f1e9a52-7c1b-4a77-9d55-0d2b8a3d5e04\tDuration: 83.20 ms\tBilled Duration: 84 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory"
)
RESTORED = (
    "REPORT RequestId: 3f1e9a52-7c1b-4a77-9d55-0d2b8a3d5e05\tDuration: 100.40 ms\tBilled Duration: 151 ms\t"
    "Memory Size: 1024 MB\tMax Memory Used: 170 MB\tRestore Duration: 398.97 ms\t"
    "Billed Restore Duration: 50 ms\t\n"
)
SPACES = (
    "REPORT RequestId: abc Duration: 1.00 ms Billed Duration: 1 ms Memory Size: 128 MB Max Memory Used: 40 MB"
)


@pytest.mark.parametrize(
    ("line", "billed_ms", "memory_mb", "used_mb", "cold", "status", "error_type", "usd"),
    [
        (WARM, 13, 512, 88, False, "success", None, "0.00000030833355"),
        (COLD, 1934, 1024, 301, True, "success", None, "0.0000324333978"),
        (TIMEOUT, 600_000, 3008, 1200, False, "timeout", None, "0.029375258750"),
        (OUT_OF_MEMORY, 84, 128, 128, False, "error", "Runtime.OutOfMemory", "0.00000037500035"),
        (RESTORED, 151, 1024, 170, True, "success", None, "0.0000027166717"),
        (SPACES, 1, 128, 40, False, "success", None, "0.0000002020833375"),
    ],
)
def test_a_report_line_is_read_and_priced_exactly(
    line: str,
    billed_ms: int,
    memory_mb: int,
    used_mb: int,
    cold: bool,
    status: str,
    error_type: str | None,
    usd: str,
) -> None:
    report = parse_report(line)
    assert report is not None
    assert (report.billed_duration_ms, report.memory_size_mb, report.max_memory_used_mb) == (
        billed_ms,
        memory_mb,
        used_mb,
    )
    assert (report.cold, report.status, report.error_type) == (cold, status, error_type)
    assert price_invocation(report, read_prices()) == Decimal(usd)


def test_the_init_duration_and_the_request_id_are_kept() -> None:
    report = parse_report(COLD)
    assert report is not None
    assert report.request_id == "3f1e9a52-7c1b-4a77-9d55-0d2b8a3d5e02"
    assert report.init_duration_ms == Decimal("413.52")
    assert report.duration_ms == Decimal("1520.07")


def platform_report(**record: Any) -> str:
    """A report in the log format JSON."""
    metrics = {"durationMs": 1520.07, "billedDurationMs": 1934, "memorySizeMB": 1024, "maxMemoryUsedMB": 301}
    whole = {"requestId": "3f1e", "metrics": metrics, "status": "success", **record}
    return json.dumps({"time": "2026-11-20T12:00:00.000Z", "type": "platform.report", "record": whole})


def test_a_report_in_json_is_the_same_report() -> None:
    metrics = json.loads(platform_report())["record"]["metrics"]
    started = platform_report(metrics=metrics | {"initDurationMs": 413.52}, tracing={"value": "Root=1"})
    cold, text = parse_report(started), parse_report(COLD)
    assert cold is not None and text is not None
    assert cold.model_copy(update={"request_id": text.request_id}) == text
    late = parse_report(platform_report(status="timeout"))
    assert late is not None and (late.status, late.error_type, late.cold) == ("timeout", None, False)
    full = parse_report(platform_report(status="error", errorType="Runtime.OutOfMemory"))
    assert full is not None and (full.status, full.error_type) == ("error", "Runtime.OutOfMemory")
    restored = parse_report(platform_report(metrics=metrics | {"restoreDurationMs": 398.97}))
    assert restored is not None and restored.cold


@pytest.mark.parametrize(
    "line",
    [
        platform_report(metrics=None),
        platform_report(metrics={"billedDurationMs": 1}),
        platform_report(requestId=None),
        platform_report().replace("platform.report", "platform.runtimeDone"),
        platform_report()[:-1],
        '{"message": "platform.report"}',
        '{"type": ["platform.report"]}',
        '{"type": "platform.report", "record": "platform.report"}',
        "",
        "START RequestId: 3f1e Version: $LATEST",
        "END RequestId: 3f1e",
        "REPORT RequestId: 3f1e",
        "REPORT RequestId: 3f1e\tDuration: x ms\tBilled Duration: y ms\tMemory Size: z MB",
        WARM.replace("13 ms", "some ms"),
        '{"message": "REPORT RequestId: 3f1e"}',
    ],
)
def test_other_lines_are_no_reports(line: str) -> None:
    assert parse_report(line) is None


OURS = {
    "level": "INFO",
    "location": "tell_for_whom:140",
    "message": "invocation",
    "timestamp": "2025-01-01 00:00:00,000+0000",
    "service": "leadreel",
    "function_request_id": "3f1e",
    "workspace_id": 1,
    "video_id": 42,
    "step": "voice",
}


def test_our_own_line_is_recognised() -> None:
    assert parse_invocation_line(json.dumps(OURS)) == InvocationLine(
        function_request_id="3f1e", workspace_id=1, video_id=42, step="voice"
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "invocation",
        "[]",
        '"invocation"',
        json.dumps(OURS | {"message": "another"}),
        json.dumps(OURS | {"workspace_id": None}),
        json.dumps({name: value for name, value in OURS.items() if name != "step"}),
        WARM,
    ],
)
def test_other_lines_are_not_ours(line: str) -> None:
    assert parse_invocation_line(line) is None


def event(batch: dict[str, Any]) -> dict[str, Any]:
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()}}


BATCH = {
    "messageType": "DATA_MESSAGE",
    "owner": "123456789012",
    "logGroup": "/aws/lambda/leadreel-voice",
    "logStream": "2025/01/01/[$LATEST]abc",
    "subscriptionFilters": ["costs"],
    "logEvents": [
        {"id": "1", "timestamp": 1, "message": WARM + "\n"},
        {"id": "2", "timestamp": 2, "message": json.dumps(OURS) + "\n"},
    ],
}


def test_a_subscription_event_brings_its_messages() -> None:
    batch = decode_subscription(event(BATCH))
    assert batch.log_group == "/aws/lambda/leadreel-voice"
    assert [parse_report(batch.messages[0]) is not None, parse_report(batch.messages[1]) is not None] == [
        True,
        False,
    ]
    assert parse_invocation_line(batch.messages[1]) is not None


def test_a_control_message_brings_none() -> None:
    assert decode_subscription(event(BATCH | {"messageType": "CONTROL_MESSAGE"})).messages == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"awslogs": {}},
        {"awslogs": {"data": "no base64!"}},
        {"awslogs": {"data": base64.b64encode(b"no gzip").decode()}},
        event({"messageType": "DATA_MESSAGE"}),
    ],
)
def test_what_is_no_subscription_event_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        decode_subscription(wrong)
