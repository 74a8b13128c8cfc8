"""Videos over HTTP: asked for once, started once, and shown while they are made."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.journal import PostgresJournal, prepare, read_execution
from local.postgres import Postgres
from local.server import Server, bind
from local.states import machine_arn, states_api
from local.visits import TokenAnswer
from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import Video, VideoStep
from shared.workflow.executions import CannotStart, NoMachine, StepFunctions
from tests.support.api import Api

PATH = "/api/v1/videos"
ASKED = {"name": "Ana Silva", "company": "Acme", "url": "https://acme.example/"}


class Counting:
    """The port `Executions`, writing down what it is asked."""

    def __init__(self) -> None:
        self.started: list[tuple[str, dict[str, Any]]] = []
        self.machines: list[str] = []
        self.broken = False

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        if self.broken:
            raise CannotStart("the work could not be started")
        self.machines.append(machine)
        self.started.append((name, value))


@pytest.fixture
def runs(api: Api) -> Counting:
    counting = Counting()
    api.tools.__dict__["executions"] = counting
    return counting


def test_a_video_is_asked_for(api: Api, runs: Counting, database: Database) -> None:
    answer = api.ask("POST", PATH, json=ASKED)
    assert answer.status_code == 202, answer.text
    video = answer.json()
    assert answer.headers["location"] == f"{PATH}/{video['id']}"
    assert answer.headers["retry-after"] == "2"
    assert (video["status"], video["share_url"], video["cost_usd"]) == ("pending", None, 0)
    assert [step["name"] for step in video["steps"]][:2] == ["check_page", "script"]
    with database.workspace(api.workspace_id) as session:
        row = session.get_one(Video, video["id"])
    [(name, value)] = runs.started
    assert runs.machines == ["pipeline"]
    assert name == f"video-{video['id']}"
    assert value == {
        "workspace_id": api.workspace_id,
        "video_id": row.id,
        "page_job": row.page_job,
        "approve": {"script": False, "voice": False},
    }
    assert api.storage.exists(f"{row.page_job}/job.json")

    shown = api.ask("GET", answer.headers["location"])
    assert (shown.status_code, shown.json()) == (200, video)
    assert shown.headers["retry-after"] == "2"
    again = api.ask("GET", answer.headers["location"], headers={"If-None-Match": shown.headers["etag"]})
    assert again.status_code == 304
    with database.workspace(api.workspace_id) as session:
        session.get_one(VideoStep, (video["id"], "script")).progress = 0.5
    moved = api.ask("GET", answer.headers["location"], headers={"If-None-Match": shown.headers["etag"]})
    assert moved.status_code == 200


def test_a_video_for_a_lead_of_a_demo_site(api: Api, runs: Counting) -> None:
    lead = api.ask("POST", "/api/v1/leads", json={"name": "Ana", "company": "Acme"}).json()["id"]
    site = api.ask("POST", "/api/v1/demo-sites", json={"name": "Acme", "url": "https://acme.example/"}).json()
    video = api.ask("POST", PATH, json={"lead_id": lead, "demo_site_id": site["id"]}).json()
    assert (video["lead_id"], video["demo_site_id"], video["url"]) == (lead, site["id"], site["url"])
    for what, path in (("lead", f"/api/v1/leads/{lead}"), ("site", f"/api/v1/demo-sites/{site['id']}")):
        assert api.ask("DELETE", path).status_code == 409, what
    narrowed = api.ask("GET", PATH, params={"lead_id": lead, "status": "pending"}).json()
    assert [line["id"] for line in narrowed["items"]] == [video["id"]]
    assert api.ask("GET", PATH, params={"status": "failed"}).json()["items"] == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"lead_id": 1, "url": "https://x.example/"}, 404),
        ({"lead_id": 1, "name": "Ana", "company": "Acme", "url": "https://x.example/"}, 422),
        ({"name": "Ana", "url": "https://x.example/"}, 422),
        ({"name": "Ana", "company": "Acme"}, 422),
        ({**ASKED, "duration_seconds": 601}, 422),
        ({**ASKED, "duration_seconds": 4}, 422),
        ({**ASKED, "demo_site_id": 1}, 404),
        ({**ASKED, "style": "rude"}, 422),
        ({**ASKED, "timezone": "Mars/Olympus"}, 422),
    ],
)
def test_a_video_that_can_not_be_made_is_not_begun(
    api: Api, runs: Counting, fields: dict[str, Any], status: int
) -> None:
    answer = api.ask("POST", PATH, json=fields)
    assert answer.status_code == status, answer.text
    assert api.ask("GET", PATH).json()["items"] == []
    assert runs.started == []


def test_asked_again_it_is_the_same_video_and_is_started_if_it_was_not(api: Api, runs: Counting) -> None:
    key = {"Idempotency-Key": "v-1"}
    runs.broken = True  # the answer is lost, or nobody can start anything
    failed = api.ask("POST", PATH, json=ASKED, headers=key)
    assert (failed.status_code, failed.headers["retry-after"]) == (503, "5")
    runs.broken = False
    again = api.ask("POST", PATH, json=ASKED, headers=key)
    assert again.status_code == 202
    assert len(api.ask("GET", PATH).json()["items"]) == 1
    assert [name for name, _ in runs.started] == [f"video-{again.json()['id']}"]


def test_another_workspaces_lead_and_page_are_not_there(api: Api, runs: Counting, database: Database) -> None:
    other = open_workspace(database, f"other than {api.workspace_id}")
    lead = api.ask(
        "POST", "/api/v1/leads", json={"name": "Ana", "company": "Acme"}, workspace_id=other
    ).json()
    answer = api.ask("POST", PATH, json={"lead_id": lead["id"], "url": "https://x.example/"})
    assert answer.status_code == 404
    video = api.ask("POST", PATH, json=ASKED, workspace_id=other).json()
    assert api.ask("GET", f"{PATH}/{video['id']}").status_code == 404


# Step Functions' wire, through the real SDK.


@pytest.fixture
async def states(migrated: Postgres, monkeypatch: pytest.MonkeyPatch) -> Any:
    prepare(migrated.owner_url)
    server = Server(states_api({"pipeline"}, migrated.owner_url), bind(0))
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


def sfn(url: str) -> Any:
    return boto3.client(
        "stepfunctions",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


async def test_the_sdk_starts_an_execution_once(states: str, migrated: Postgres, tmp_path: Path) -> None:
    name = f"video-{tmp_path.name}"[:80]
    runs = StepFunctions(sfn(states), machine_arn(""))
    for _ in range(2):
        await asyncio.to_thread(runs.start, "pipeline", name, {"video_id": 7})
    execution = read_execution(migrated.owner_url, name)
    assert execution is not None
    assert (execution.machine, execution.input) == ("pipeline", {"video_id": 7})
    await asyncio.to_thread(runs.start, "pipeline", name, {"video_id": 8})  # there is one of that name
    assert read_execution(migrated.owner_url, name) == execution
    with pytest.raises(CannotStart, match="StateMachineDoesNotExist"):
        await asyncio.to_thread(runs.start, "other", "x", {})


async def test_the_sdk_stops_executions_and_answers_tasks(states: str, migrated: Postgres) -> None:
    runs = StepFunctions(sfn(states), machine_arn(""))
    journal = PostgresJournal(migrated.owner_url)

    async def waits(name: str) -> str:
        await asyncio.to_thread(runs.start, "pipeline", name, {})
        return (await journal.ask(name, "1:approve/0/", None)).token

    try:
        yes, no, late = [await waits(f"waits {number} {secrets.token_hex(4)}") for number in range(3)]
        for _ in range(2):  # a second answer changes nothing
            await asyncio.to_thread(runs.succeed, yes, {"approved": True})
            await asyncio.to_thread(runs.fail, yes, "Rejected", "late")
            await asyncio.to_thread(runs.fail, no, "Rejected", "dull")
        assert await journal.answers([yes, no]) == [
            TokenAnswer(yes, {"approved": True}), TokenAnswer(no, None, "Rejected", "dull"),
        ]  # fmt: skip
        name = f"stops {secrets.token_hex(4)}"
        gone = await waits(name)
        for _ in range(2):
            await asyncio.to_thread(runs.stop, "pipeline", name, "not needed")
        stopped = read_execution(migrated.owner_url, name)
        assert stopped is not None
        assert (stopped.status, stopped.error, stopped.cause) == ("ABORTED", "Cancelled", "not needed")
        await asyncio.to_thread(runs.succeed, gone, {})
        assert await journal.answers([gone, late]) == []
        await asyncio.to_thread(runs.stop, "pipeline", "never was", "")
        await asyncio.to_thread(runs.succeed, "no such token", {})
        with pytest.raises(ClientError, match="InvalidOutput"):
            await asyncio.to_thread(lambda: sfn(states).send_task_success(taskToken=late, output="no JSON"))
        with pytest.raises(ClientError, match="UnknownOperation"):
            await asyncio.to_thread(lambda: sfn(states).list_activities())
    finally:
        await journal.close()


def test_without_a_machine_nothing_starts(api: Api) -> None:
    with pytest.raises(NoMachine):
        _ = api.tools.executions
    answer = api.ask("POST", PATH, json=ASKED)
    assert answer.status_code == 422 and "STATE_MACHINE_ARNS" in answer.json()["detail"]
    assert json.loads(answer.text)["type"] == "urn:leadreel:problem:refused"
