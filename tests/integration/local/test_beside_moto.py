"""The pipeline's waits, run by our interpreter and by moto's: the same states, in the same order, to the
same end."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from dataclasses import dataclass
from typing import Any, ClassVar

import boto3
import pytest
from moto import mock_aws
from moto.awslambda_simple.models import lambda_simple_backends

from local.failure import Failure
from local.machine import Run
from local.product import PROJECT, Product
from local.visits import TokenAnswer
from tests.support.journals import MemoryJournal

ACCOUNT, REGION = "123456789012", "us-east-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
YES, STALE, NO = {"approved": True}, {"approved": False}, ("Rejected", "too dull")
PLAN = {"jobs": ["scene"], "clips": ["clip"]}


@dataclass(frozen=True)
class Case:
    """answers: to the tokens, in order; a pair is an error and its cause."""

    script: bool
    voice: bool
    answers: tuple[Any, ...]
    status: str = "SUCCEEDED"
    machine = "pipeline"

    @property
    def value(self) -> dict[str, Any]:
        approve = {"script": self.script, "voice": self.voice}
        return {"workspace_id": 1, "video_id": 2, "page_job": "pages/x", "approve": approve}

    def result(self, function: str) -> dict[str, Any]:
        if function == "fail":
            return {"error": "Rejected", "cause": "approve: too dull"}
        return PLAN if function == "plan" else {}


class Rounds:
    """A batch whose videos are all started in the third round."""

    machine, answers, status = "batch", (), "SUCCEEDED"
    value: ClassVar[dict[str, Any]] = {
        "workspace_id": 1, "batch_id": 2, "attempt": 1, "part": 1, "rounds": 0,
    }  # fmt: skip

    def __init__(self) -> None:
        self._round = 0

    def result(self, function: str) -> dict[str, Any]:
        self._round += 1
        return self.value | {"rounds": self._round, "done": self._round == 3, "wait_seconds": 0}


CASES = {
    "nobody approves": Case(False, False, ()),
    "the script": Case(True, False, (YES,)),
    "the voice": Case(False, True, (YES,)),
    "both": Case(True, True, (YES, YES)),
    "an edit while the voice waits": Case(True, True, (YES, STALE, YES, YES)),
    "a rejected script": Case(True, True, (NO,), "FAILED"),
    "a rejected voice": Case(True, True, (YES, NO), "FAILED"),
}


def end(status: str, output: Any, error: str | None, cause: str | None) -> dict[str, Any]:
    return {"status": status, "output": output, "error": error, "cause": cause}


async def ours(case: Case | Rounds) -> tuple[list[str], list[str], dict[str, Any]]:
    """The functions that were called, the states, and how it ended."""
    journal, answers = MemoryJournal(), list(case.answers)
    called: list[str] = []

    async def invoke(function: str, event: Any, timeout_seconds: float | None = None) -> Any:
        called.append(function)
        if function == "approve":
            answer, token = answers.pop(0), event["task_token"]
            journal.answer(
                TokenAnswer(token, None, *answer) if isinstance(answer, tuple) else TokenAnswer(token, answer)
            )
        return case.result(function)

    journal.enqueue("run", case.value)
    (execution,) = await journal.running()
    machine = Product().read()[1][case.machine]
    try:
        ended = end("SUCCEEDED", await Run(machine, execution, invoke, journal).to_the_end(), None, None)
    except Failure as failure:
        ended = end("FAILED", None, failure.error, failure.cause)
    return called, [visit.state for visit in journal.kept["run"].values()], ended


def theirs(case: Case | Rounds, functions: list[str]) -> tuple[list[str], dict[str, Any]]:
    """functions: those that are called, in order: moto's Lambda gives what is in a queue."""
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}):
        role = boto3.client("iam", region_name=REGION).create_role(
            RoleName="role", AssumeRolePolicyDocument="{}"
        )["Role"]["Arn"]
        _add_functions(role)
        queue = lambda_simple_backends[ACCOUNT][REGION].lambda_simple_results_queue
        queue[:] = [json.dumps(case.result(function)) for function in functions]
        client = boto3.client("stepfunctions", region_name=REGION)
        definition = (PROJECT / "functions" / f"{case.machine}.asl.json").read_text()
        machine = client.create_state_machine(
            name=case.machine,
            definition=re.sub(r"\$\{(\w+)\}", lambda match: FUNCTION + match[1], definition),
            roleArn=role,
        )["stateMachineArn"]
        run = client.start_execution(stateMachineArn=machine, name="run", input=json.dumps(case.value))
        return _followed(client, run["executionArn"], list(case.answers))


def _add_functions(role: str) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "")
    client = boto3.client("lambda", region_name=REGION)
    for name in Product().read()[0]:
        client.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=role,
            Handler="handler.handler",
            Code={"ZipFile": code.getvalue()},
        )


def _followed(client: Any, arn: str, answers: list[Any]) -> tuple[list[str], dict[str, Any]]:
    answered: set[str] = set()
    deadline = time.monotonic() + 60
    while True:
        ended = client.describe_execution(executionArn=arn)
        events = client.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        if ended["status"] != "RUNNING":
            break
        assert time.monotonic() < deadline, events[-3:]
        submitted = {event["previousEventId"] for event in events if event["type"] == "TaskSubmitted"}
        for event in events:
            asked = json.loads(event.get("taskScheduledEventDetails", {}).get("parameters", "{}"))
            token = (asked.get("Payload") or {}).get("task_token")
            if token and token not in answered and event["id"] + 1 in submitted:
                answered.add(token)
                _answer(client, token, answers.pop(0))
        time.sleep(0.05)
    output = json.loads(ended["output"]) if ended.get("output") else None
    states = [
        event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event
    ]
    return states, end(ended["status"], output, ended.get("error"), ended.get("cause"))


def _answer(client: Any, token: str, answer: Any) -> None:
    if isinstance(answer, tuple):
        client.send_task_failure(taskToken=token, error=answer[0], cause=answer[1])
    else:
        client.send_task_success(taskToken=token, output=json.dumps(answer))


def in_order(states: list[str]) -> list[str]:
    """The branches of `prepare` run side by side."""
    assert {states[0], *states[1:3]} == {"prepare", "check page", "script"}
    return [states[0], *sorted(states[1:3]), *states[3:]]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_the_same_states_are_visited(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    functions, states, ended = await ours(case)
    their_states, their_end = theirs(case, functions)
    assert in_order(states) == in_order(their_states)
    assert ended == their_end
    assert ended["status"] == case.status


async def test_the_rounds_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    functions, states, ended = await ours(Rounds())
    assert functions == ["start_videos"] * 3
    turn = ["start videos", "all started?"]
    assert states == [*turn, "wait", *turn, "wait", *turn, "started"]
    assert (states, ended) == theirs(Rounds(), functions)
