"""The API as `leadreel up` serves it: through the edge, an event, the runtime client and Mangum."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.support.receiver import Receiver, is_signed
from tests.support.up import Served, served_home


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Served]:
    with served_home(tmp_path_factory.mktemp("api"), WEBHOOK_ALLOW_HOSTS=receiver.pair) as up:
        yield up


def test_what_requests_need_is_there(served: Served) -> None:
    answer = httpx.get(f"{served.url}/health/ready", timeout=30)
    checks = {"database": "ok", "storage": "ok", "executions": "ok"}
    assert (answer.json()["status"], answer.json()["checks"]) == ("ok", checks)
    assert answer.headers["x-content-type-options"] == "nosniff"
    document = httpx.get(f"{served.url}/openapi.json", timeout=30).json()
    assert document["openapi"].startswith("3.1")


def test_a_token_of_the_command_is_let_in_with_its_role(served: Served) -> None:
    with served.client("--role", "member") as member:
        lead = member.post("/api/v1/leads", json={"name": "Ana Søren", "company": "Acme"}).json()
        assert member.get(f"/api/v1/leads/{lead['id']}").json()["name"] == "Ana Søren"
        assert member.get("/api/v1/costs").status_code == 403
    with served.client("--role", "finance") as finance:
        assert finance.get("/api/v1/costs").status_code == 200
    with served.client("--workspace", "elsewhere") as other:
        assert other.get(f"/api/v1/leads/{lead['id']}").status_code == 404
    assert httpx.get(f"{served.url}/api/v1/leads", timeout=30).status_code == 401


def test_a_video_is_begun_and_its_end_is_told(served: Served, receiver: Receiver) -> None:
    """A page that may not be recorded ends the pipeline at its first step."""
    with served.client() as owner:
        hook = {"url": receiver.url, "events": ["video.ready", "video.failed"]}
        webhook = owner.post("/api/v1/webhooks", json=hook).json()
        asked = {"name": "Ana", "company": "Acme", "url": "http://127.0.0.1:9/"}
        made = owner.post("/api/v1/videos", json=asked)
        assert made.status_code == 202, made.text
        deadline = time.monotonic() + 60
        while (video := owner.get(made.headers["location"]).json())["status"] in {"pending", "processing"}:
            assert time.monotonic() < deadline, video
            time.sleep(0.5)
    assert (video["status"], video["failed_step"]) == ("failed", "check_page")
    assert "127.0.0.1" in video["reason"] and video["seconds"] is not None
    assert receiver.waits_for(1)
    [got] = receiver.got
    assert is_signed(webhook["secret"], got)
    event = json.loads(got.body)
    assert (event["type"], event["data"]["video_id"]) == ("video.failed", video["id"])
    assert event["data"]["reason"] == video["reason"]


def test_the_sign_in_code_is_printed(served: Served) -> None:
    assert "sign-in code: " in served.log.read_text()
