"""A log of views that the function failed at: it lies in the queue, is sent again, and counts once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from functions.ingest_views.handler import handler
from infra.failures import main
from local.postgres import Postgres
from shared.analytics import VIEW_LOGS
from shared.workflow import open_tools
from tests.integration.analytics.conftest import Watched, line
from tests.support.api import SECRETS_KEY
from tests.support.given_up import event_of, record_of
from tests.support.moto_server import REGION, client_of
from tests.support.receiver import Answer, Receiver

FUNCTION = "leadreel-dev-ingest_views"


@pytest.fixture
def on_aws(moto: str, migrated: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """This process has the function's environment; its bucket's name."""
    monkeypatch.chdir(tmp_path)
    bucket = f"leadreel-{uuid4()}"
    for name, value in {
        "AWS_ENDPOINT_URL": moto, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_S3_BUCKET": bucket, "AWS_S3_REGION": REGION, "DATABASE_URL": migrated.app_url,
        "SECRETS_KEY": SECRETS_KEY.get_secret_value(), "LEADREEL_HOME": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_REGION", raising=False)
    client_of(moto, "s3").create_bucket(Bucket=bucket)
    open_tools.cache_clear()
    yield bucket
    open_tools().database.close()
    open_tools.cache_clear()


def test_a_log_that_was_given_up_twice_counts_once(
    watched: Watched, on_aws: str, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosted, slug = watched.video(seconds=40)
    key = f"{VIEW_LOGS}E1 ä.2026-11-20-12.gz"
    s3, sqs = client_of(moto, "s3"), client_of(moto, "sqs")
    context: Any = None  # which the handler doesn't look at
    s3.put_object(Bucket=on_aws, Key=key, Body=gzip.compress(line(slug, "a" * 32, "0-9")))
    event = {
        "source": "aws.s3", "detail-type": "Object Created",
        "detail": {"bucket": {"name": on_aws}, "object": {"key": key}},
    }  # fmt: skip
    url = sqs.create_queue(QueueName=f"{FUNCTION}-failed")["QueueUrl"]
    for message in (record_of(FUNCTION, event), event_of(FUNCTION, event)):
        sqs.send_message(QueueUrl=url, **message)
    with Receiver(Answer(202)) as calls:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://{calls.pair}")
        assert main(["--stage", "dev", "--function", "ingest_views", "--again"]) == 0
    done = [handler(json.loads(got.body), context) for got in calls.got]
    assert [answer["files"] for answer in done] == [1, 0]
    assert watched.counted(hosted) == (1, 1)
    assert watched.row(hosted)["watched_seconds"] == 10
    assert sqs.receive_message(QueueUrl=url).get("Messages") is None
