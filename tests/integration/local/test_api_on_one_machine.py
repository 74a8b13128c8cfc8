"""The API as `leadreel up` serves it: through the edge, an event, the runtime client and Mangum."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import Lead
from shared.storage import FileStorage
from tests.support.parts import Parts
from tests.support.processes import commands_of, eventually
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
    """A page that is not there ends the pipeline at its first step."""
    with served.client() as owner:
        hook = {"url": receiver.url, "events": ["video.ready", "video.failed"]}
        webhook = owner.post("/api/v1/webhooks", json=hook).json()
        asked = {"name": "Ana", "company": "Acme", "url": f"{served.demo_url}nowhere"}
        made = owner.post("/api/v1/videos", json=asked)
        assert made.status_code == 202, made.text
        deadline = time.monotonic() + 60
        while (video := owner.get(made.headers["location"]).json())["status"] in {"pending", "processing"}:
            assert time.monotonic() < deadline, video
            time.sleep(0.5)
    assert (video["status"], video["failed_step"]) == ("failed", "check_page")
    assert "404" in video["reason"] and video["seconds"] is not None
    assert receiver.waits_for(1)
    [got] = receiver.got
    assert is_signed(webhook["secret"], got)
    event = json.loads(got.body)
    assert (event["type"], event["data"]["video_id"]) == ("video.failed", video["id"])
    assert event["data"]["reason"] == video["reason"]


def test_the_sign_in_code_is_printed(served: Served) -> None:
    assert "sign-in code: " in served.log.read_text()


def test_a_video_waits_for_the_command_and_is_cancelled_while_it_is_filmed(served: Served) -> None:
    home = Path(served.environment["LEADREEL_HOME"])
    asked = {"name": "Ana", "company": "Acme", "url": served.demo_url, "approve_script": True}

    def until(client: httpx.Client, path: str, *wanted: str) -> dict[str, Any]:
        deadline = time.monotonic() + 120
        while (video := client.get(path).json())["status"] not in wanted:
            assert video["status"] in {"pending", "processing", "waiting_approval"}, video
            assert time.monotonic() < deadline, video
            time.sleep(0.2)
        return dict(video)

    def decide(video_id: int, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "local.cli", "approve", str(video_id), "script", *arguments],
            env=served.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    with served.client() as owner:
        path = owner.post("/api/v1/videos", json=asked).headers["location"]
        video = until(owner, path, "waiting_approval")
        assert decide(video["id"], "--reject", "too dull").endswith("is rejected\n")
        video = until(owner, path, "rejected")
        assert video["reason"] == "the script was rejected: too dull"

        assert owner.post(f"{path}/retry").status_code == 202
        until(owner, path, "waiting_approval")
        assert owner.post(f"{path}/approvals/script", json={"decision": "approved"}).status_code == 200
        deadline = time.monotonic() + 120
        while not any(step["frames_done"] for step in owner.get(path).json()["steps"]):
            assert time.monotonic() < deadline, owner.get(path).json()
            time.sleep(0.2)
        answer = owner.post(f"{path}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (202, "cancelled"), answer.text
        name = "functions.record"
        assert eventually(lambda: not any(name in command for command in commands_of(home)))
        assert owner.get(path).json()["status"] == "cancelled"


def test_a_video_is_mailed_into_the_outbox(served: Served) -> None:
    """There is no mail server: the runtime calls `mail`, which writes what it would send."""
    running = json.loads((served.home / "home" / "run" / "runtime.json").read_text())
    database = Database(running["app_url"])
    parts = Parts(database, FileStorage(served.home / "home" / "storage"), open_workspace(database))
    with served.client() as owner:
        lead = parts.add(Lead(name="Ana", company="Acme", email="ana@acme.example", variables={}))
        hosted = parts.hosted(lead_id=lead, composed_video_id=parts.composed(lead_id=lead))
        asked = owner.post(f"/api/v1/videos/hosted/{hosted}/mails", json={})
        assert asked.status_code == 202, asked.text
        assert eventually(lambda: owner.get(asked.headers["location"]).json()["status"] == "sent", 30)
        mail = owner.get(asked.headers["location"]).json()
    database.close()
    assert mail["sent_by"] == "outbox"
    assert b"To: Ana <ana@acme.example>" in Path(mail["message_id"]).read_bytes()
