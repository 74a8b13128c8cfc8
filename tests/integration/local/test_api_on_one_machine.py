"""The API as `leadreel up` serves it: through the edge, an event, the runtime client and Mangum."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes import eventually, processes_of

START_SECONDS = 60.0


@dataclass(frozen=True)
class Served:
    url: str
    environment: dict[str, str]
    log: Path

    def token(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "local.cli", "token", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    def client(self, *arguments: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token(*arguments)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("api")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LEADREEL_HOME": str(home / "home"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    log = home / "up.log"
    with log.open("wb") as output:
        up = subprocess.Popen(
            [sys.executable, "-m", "local.cli", "up", "--port", str(port)],
            env=environment, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if httpx.get(f"{url}/health", timeout=30).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert up.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield Served(url, environment, log)
    finally:
        up.terminate()
        up.wait(60)


def test_what_requests_need_is_there(served: Served) -> None:
    answer = httpx.get(f"{served.url}/health/ready", timeout=30)
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "storage": "ok"}}
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


def test_a_video_is_begun_and_its_end_is_told(served: Served) -> None:
    """A page that may not be recorded ends the pipeline at its first step."""
    with served.client() as owner:
        asked = {"name": "Ana", "company": "Acme", "url": "http://127.0.0.1:9/"}
        made = owner.post("/api/v1/videos", json=asked)
        assert made.status_code == 202, made.text
        deadline = time.monotonic() + 60
        while (video := owner.get(made.headers["location"]).json())["status"] in {"pending", "processing"}:
            assert time.monotonic() < deadline, video
            time.sleep(0.5)
    assert (video["status"], video["failed_step"]) == ("failed", "check_page")
    assert "127.0.0.1" in video["reason"] and video["seconds"] is not None


def test_the_sign_in_code_is_printed(served: Served) -> None:
    assert "sign-in code: " in served.log.read_text()


def test_a_video_waits_for_the_command_and_is_cancelled_while_it_is_filmed(served: Served) -> None:
    home = Path(served.environment["LEADREEL_HOME"])
    demo = json.loads((home / "run" / "runtime.json").read_text())["demo_url"]
    asked = {"name": "Ana", "company": "Acme", "url": f"{demo}/", "approve_script": True}

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
        assert eventually(lambda: not any(name in " ".join(one.cmdline()) for one in processes_of(home)))
        assert owner.get(path).json()["status"] == "cancelled"
