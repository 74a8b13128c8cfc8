"""Each line of the log says for which request it was written, also with many at once; and so do metrics."""

from __future__ import annotations

import io
import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.app import make_app
from shared.observability import logger
from tests.support.api import Api
from tests.support.in_process import asking

PATH = "/api/v1/leads"


@pytest.fixture
def lines() -> Iterator[Any]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logger().registered_formatter)
    logger().addHandler(handler)
    try:
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    finally:
        logger()._logger.removeHandler(handler)


def test_ids_do_not_mix_between_requests_at_once(
    api: Api, lines: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line from the thread of a route carries the id of its own request."""
    app = make_app(lambda: api.tools)

    @app.get("/slow/{number}", operation_id="slow")
    def slow(number: int) -> int:
        time.sleep(0.02)
        logger().info("inside", number=number)
        return number

    with asking(app) as client, ThreadPoolExecutor(16) as pool:
        answers = dict(zip(range(64), pool.map(lambda n: client.get(f"/slow/{n}"), range(64)), strict=True))
    inside = {line["number"]: line["request_id"] for line in lines() if line["message"] == "inside"}
    assert inside == {number: answer.headers["x-request-id"] for number, answer in answers.items()}
    assert len(set(inside.values())) == 64
    ended = Counter(line["request_id"] for line in metrics(capsys))
    assert set(ended) == set(inside.values()) and set(ended.values()) == {1}


def test_an_error_is_logged_with_the_id_that_the_answer_names(api: Api, lines: Any) -> None:
    api.tools.__dict__["database"] = object()
    answer = api.ask("GET", PATH)
    errors = [line for line in lines() if line["level"] == "ERROR"]
    assert answer.status_code == 500
    assert [line["request_id"] for line in errors] == [answer.json()["request_id"]]
    assert "AttributeError" in errors[0]["exception"] and "AttributeError" not in answer.text


def metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]


def test_metrics_are_lines_that_cloudwatch_reads(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""
    answer = api.ask("GET", PATH)
    [told] = metrics(capsys)
    [directive] = told["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Leadreel" and directive["Dimensions"] == [["operation"]]
    assert directive["Metrics"] == [{"Name": "Latency", "Unit": "Milliseconds"}]
    assert told["operation"] == "listLeads" and told["Latency"][0] > 0
    said = {name: told[name] for name in ("request_id", "message", "method", "status")}
    asked = {"message": "request", "method": "GET", "status": 200}
    assert said == {"request_id": answer.headers["x-request-id"], **asked}
    api.tools.__dict__["database"] = object()
    answer = api.ask("GET", PATH)
    broken = metrics(capsys)
    assert [{"Latency", "Failed"} & set(told) for told in broken] == [{"Latency"}, {"Failed"}]
    assert {told["request_id"] for told in broken} == {answer.headers["x-request-id"]}
