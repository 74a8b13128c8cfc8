"""Where state machines run: each world has the port `Executions`, and a pipeline that waits for an answer."""

from __future__ import annotations

import asyncio
import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, Protocol

import boto3
import httpx
import psycopg2

from local.executions import JournalExecutions
from local.journal import prepare, read_execution
from local.postgres import Postgres
from local.server import Server, bind
from local.states import machine_arn, states_api
from shared.workflow.executions import Executions, StepFunctions
from tests.support.moto_server import ACCOUNT, REGION, client_of

PATIENCE_SECONDS = 60.0


class World(Protocol):
    """executions: the port, as `tend` has it."""

    executions: Executions

    def token(self, name: str) -> str:
        """Of the task that a run waits with."""

    def told(self, name: str) -> Any:
        """What the task was answered: an output, or an error's name; None if it still waits."""

    def value(self, name: str) -> Any:
        """What the run was started with."""

    def stopped(self, name: str) -> bool:
        """Whether a run that waits was stopped from outside."""


class OurWorld:
    """The journal, through its own adapter or through its API."""

    def __init__(self, postgres: Postgres, executions: Executions) -> None:
        self.executions, self._url = executions, postgres.owner_url

    def token(self, name: str) -> str:
        self._do("INSERT INTO runtime.tasks (token, execution, attempt) VALUES (%s, %s, '1')", name, name)
        return name

    def told(self, name: str) -> Any:
        [(status, output, error)] = self._do(
            "SELECT status, output, error FROM runtime.tasks WHERE execution = %s", name
        )
        if status != "ANSWERED":
            return None
        return error or output

    def value(self, name: str) -> Any:
        execution = read_execution(self._url, name)
        assert execution is not None
        return execution.input

    def stopped(self, name: str) -> bool:
        execution = read_execution(self._url, name)
        return execution is not None and execution.status == "ABORTED"

    def _do(self, query: str, *values: str) -> list[Any]:
        connection = psycopg2.connect(self._url.replace("postgresql+psycopg2", "postgresql"))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()


class TheirWorld:
    """Step Functions, as moto has it."""

    def __init__(self, client: Any) -> None:
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:"
        self._client, self._executions_arn = client, f"{arn}execution:pipeline:"
        self.executions: Executions = StepFunctions(client, f"{arn}stateMachine:")

    def token(self, name: str) -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            events = self._client.get_execution_history(executionArn=self._executions_arn + name)["events"]
            if any(event["type"] == "TaskSubmitted" for event in events):
                [asked] = [event for event in events if event["type"] == "TaskScheduled"]
                return str(json.loads(asked["taskScheduledEventDetails"]["parameters"])["Payload"]["token"])
            time.sleep(0.02)
        raise TimeoutError(name)

    def told(self, name: str) -> Any:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            ended = self._client.describe_execution(executionArn=self._executions_arn + name)
            if ended["status"] == "SUCCEEDED":
                return json.loads(ended["output"])
            if ended["status"] == "FAILED":
                return ended["error"]
            history = self._client.get_execution_history(executionArn=self._executions_arn + name)
            if history["events"][-1]["type"] == "TaskSubmitted":
                return None
            time.sleep(0.02)
        raise TimeoutError(name)

    def stopped(self, name: str) -> bool:
        """moto ends one that is stopped when the state it is in has ended."""
        with suppress(self._client.exceptions.InvalidToken):  # it has ended meanwhile
            self._client.send_task_success(taskToken=self.token(name), output="{}")
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            status = self._client.describe_execution(executionArn=self._executions_arn + name)["status"]
            if status != "RUNNING":
                return bool(status == "ABORTED")
            time.sleep(0.02)
        raise TimeoutError(name)

    def value(self, name: str) -> Any:
        return json.loads(self._client.describe_execution(executionArn=self._executions_arn + name)["input"])


@contextmanager
def journal_world(postgres: Postgres) -> Iterator[World]:
    prepare(postgres.owner_url)
    yield OurWorld(postgres, JournalExecutions(postgres.owner_url))


@contextmanager
def api_world(postgres: Postgres) -> Iterator[World]:
    prepare(postgres.owner_url)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    server = Server(states_api({"pipeline"}, postgres.owner_url), bind(0))
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result()
        client = boto3.client(
            "stepfunctions",
            region_name=REGION,
            endpoint_url=server.url,
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        yield OurWorld(postgres, StepFunctions(client, machine_arn("")))
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def moto_world(url: str) -> Iterator[World]:
    """url: of a moto server that executes state machines, and calls functions at itself; it is emptied."""
    httpx.post(f"{url}/moto-api/reset").raise_for_status()
    role = client_of(url, "iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "")
    client_of(url, "lambda").create_function(
        FunctionName="approve",
        Runtime="python3.11",
        Role=role,
        Handler="handler.handler",
        Code={"ZipFile": code.getvalue()},
    )
    waits = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {
            "FunctionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:approve",
            "Payload": {"token.$": "$$.Task.Token"},
        },
        "End": True,
    }
    client = client_of(url, "stepfunctions", attempts=10)  # it may answer 500 while an execution begins
    client.create_state_machine(
        name="pipeline", definition=json.dumps({"StartAt": "a", "States": {"a": waits}}), roleArn=role
    )
    yield TheirWorld(client)
