from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

from functions.catalogue import Limits
from local.catalogue import Function
from local.reports import FunctionLog, Report, ReportSpool, subscription_events, worth_handing_on

RECORD = Function("record", "functions.record.handler.handler", Limits(memory_mb=512, timeout_seconds=3))


def test_the_report_line_is_cloudwatchs() -> None:
    assert Report("ab-1", 12.3449, 512, 80).line() == (
        "REPORT RequestId: ab-1\tDuration: 12.34 ms\tBilled Duration: 13 ms"
        "\tMemory Size: 512 MB\tMax Memory Used: 80 MB"
    )


def test_a_cold_start_is_billed_and_a_timeout_named() -> None:
    line = Report("ab-1", 3000, 512, 80, init_ms=300.12, status="timeout").line()
    assert "\tBilled Duration: 3301 ms\t" in line
    assert line.endswith("\tInit Duration: 300.12 ms\tStatus: timeout")
    killed = Report("ab-1", 1, 512, 512, status="error", error_type="Runtime.OutOfMemory").line()
    assert killed.endswith("\tStatus: error\tError Type: Runtime.OutOfMemory")


def test_only_the_line_about_the_invocation_is_handed_on() -> None:
    assert worth_handing_on('{"level": "INFO", "message": "invocation", "video_id": 3}')
    for line in (
        '{"message": "other", "kind": "invocation"}',
        "invocation",
        '{"message": "invocation"',
        "{}",
    ):
        assert not worth_handing_on(line)


def test_spooled_lines_wait_for_their_delivery_and_survive_a_torn_write(tmp_path: Path) -> None:
    spool = ReportSpool(tmp_path / "run" / "reports.jsonl")
    assert spool.take() == []
    spool.add(RECORD, ["one", "two"])
    with (tmp_path / "run" / "reports.jsonl").open("a") as file:
        file.write('{"group": "half')
    lines = ReportSpool(tmp_path / "run" / "reports.jsonl").take()
    assert [line["message"] for line in lines] == ["one", "two"]
    spool.drop(1)
    assert [line["message"] for line in spool.take()] == ["two"]


def test_a_subscription_event_is_gzipped_json_for_each_log_group(tmp_path: Path) -> None:
    spool = ReportSpool(tmp_path / "reports.jsonl")
    spool.add(RECORD, ["REPORT 1"])
    spool.add(Function("voice", "x", RECORD.limits), ["REPORT 2"])
    spool.add(RECORD, ["REPORT 3"])
    documents = [
        json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        for event in subscription_events(spool.take())
    ]
    assert [(one["logGroup"], [e["message"] for e in one["logEvents"]]) for one in documents] == [
        ("/aws/lambda/leadreel-record", ["REPORT 1", "REPORT 3"]),
        ("/aws/lambda/leadreel-voice", ["REPORT 2"]),
    ]
    assert documents[0]["messageType"] == "DATA_MESSAGE"
    assert set(documents[0]["logEvents"][0]) == {"id", "timestamp", "message"}


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "record.log"
    log = FunctionLog(path)
    path.write_text("x" * 10_000_001)
    log.write("START")
    assert path.read_text() == "START\n"
    assert path.with_suffix(".1.log").exists()
