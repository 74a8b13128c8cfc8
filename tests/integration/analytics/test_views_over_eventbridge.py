"""Log files in S3, and what EventBridge tells of them: at a moto server, to a queue that we empty."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from shared.analytics import VIEW_LOGS, ingest_views
from shared.storage.s3 import S3Storage
from shared.workflow import Tools
from tests.integration.analytics.conftest import Watched, line
from tests.support.moto_server import client_of

TIMES = 3


@pytest.fixture
def in_s3(watched: Watched, moto: str) -> Watched:
    """The same workspace, whose logs are in a bucket that tells EventBridge of new objects."""
    bucket = f"leadreel-{uuid4()}"
    s3 = client_of(moto, "s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    tools = Tools(watched.tools.settings, S3Storage(s3, bucket))
    tools.__dict__["database"] = watched.tools.database
    return replace(watched, tools=tools)


def told_of(moto: str, bucket: str, put: Any) -> list[dict[str, Any]]:
    """The events that a rule for views lets pass while `put` works."""
    events, sqs = client_of(moto, "events"), client_of(moto, "sqs")
    url = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": VIEW_LOGS}]}},
    }
    events.put_rule(Name=bucket, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=bucket, Targets=[{"Id": "views", "Arn": arn}])
    put()
    found: list[dict[str, Any]] = []
    while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in some:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def as_documented(event: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html, where moto's differs."""
    detail = event["detail"]
    seen = {name: value for name, value in detail["object"].items() if name not in {"eTag", "version-id"}}
    made = {"etag": detail["object"]["eTag"], **seen}
    return event | {"detail": detail | {"event-version": "1.0", "reason": "PutObject", "object": made}}


def test_each_event_three_times_and_in_any_order(in_s3: Watched, moto: str) -> None:
    storage = in_s3.tools.storage
    assert isinstance(storage, S3Storage)
    (one, slug), (other, other_slug) = in_s3.video(seconds=40), in_s3.video(seconds=40)
    in_s3.listen()
    draw = random.Random(3)
    views = [(draw.choice([slug, other_slug]), f"{draw.randrange(4):x}" * 32) for _ in range(20)]

    def put() -> None:
        for number, (of, view) in enumerate(views):
            in_s3.put(line(of, view, f"{number}-{number + 4}", at=number))
        in_s3.tools.storage.put(f"{VIEW_LOGS}E1 ä+%20.2026-11-20-12.gz", b"no gzip")  # keys come as they are
        in_s3.tools.storage.put("uploads/1/leads.csv", b"of another rule")

    events = told_of(moto, storage.bucket, put)
    assert len(events) == len(views) + 1
    assert {event["detail-type"] for event in events} == {"Object Created"}
    whole = [shape for event in events for shape in (event, as_documented(event), event)]
    assert len(whole) == TIMES * len(events)
    draw.shuffle(whole)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda event: ingest_views(event, in_s3.tools), whole))
    assert sum(answer["files"] for answer in done) >= len(views)
    assert list(storage.keys(VIEW_LOGS)) == []
    assert list(storage.keys("")) == ["logs/unreadable/E1 ä+%20.2026-11-20-12.gz", "uploads/1/leads.csv"]
    for hosted, its_slug in ((one, slug), (other, other_slug)):
        seconds: dict[str, set[int]] = {}
        for number, (of, view) in enumerate(views):
            if of == its_slug:
                seconds.setdefault(view, set()).update(range(number, number + 5))
        assert in_s3.counted(hosted)[0] == len(seconds)
        assert sorted(row["watched_seconds"] for row in in_s3.rows(hosted)) == sorted(
            len(some) for some in seconds.values()
        )
    assert len(in_s3.told()) == len(set(views))
