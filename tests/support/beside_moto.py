"""One case of a state machine, played by our interpreter and by the one of a moto server.

Both call one function under the genuine Lambda runtime client (tests/support/actor): ours by the workers,
moto's over HTTP, through a front that speaks Lambda's Invoke. What the function does at each call is the
case's script.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.asl import load_machine
from local.catalogue import read_functions
from local.environment import WorkerEnvironment
from local.failure import Failure
from local.machine import Clock, Run
from local.product import PROJECT
from local.runtime_api import Answer, platform_error
from local.server import Server, bind
from local.visits import TokenAnswer
from local.workers import Workers
from tests.support.journals import MemoryJournal
from tests.support.moto_server import ACCOUNT, REGION, ROLE, client_of, moto_server

ACTOR = PROJECT / "tests" / "support" / "actor" / "functions.toml"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
PATIENCE_SECONDS = 60.0
AT_ONCE = 12
YES = {"approved": True}


def raises(error: str) -> dict[str, Any]:
    return {"raise": error}


def answers(value: Any) -> dict[str, Any]:
    return {"answer": value}


BUSY = {"busy": "Lambda.TooManyRequestsException"}
"""Lambda takes no call."""
SLEEPS = {"sleep": 30}
DIES = {"die": 3}


@dataclass(frozen=True)
class Case:
    """What happens to a run of a machine.

    number: its own, by which a call is known to be of this case: `workspace_id`, and what `job` begins with.
    script: what a function does at each of its calls, by `call_name`; the last one stays. decisions: on the
    tokens, in order: an output, or (error, cause); without any, nobody answers. shortened: states whose
    TimeoutSeconds is `seconds`, which what they call afterwards has to keep to on a busy machine too.
    """

    number: int
    machine: str
    value: dict[str, Any]
    script: Mapping[str, Sequence[dict[str, Any]]]
    decisions: tuple[Any, ...] = ()
    shortened: frozenset[str] = frozenset()
    seconds: int = 1

    def definition(self, resource: str = "") -> str:
        """What is deployed, with short waits. resource: what stands before a function's name."""
        document = json.loads((PROJECT / "functions" / f"{self.machine}.asl.json").read_text())
        for name, state in states_of(document).items():
            for retrier in state.get("Retry", ()):
                retrier |= {"IntervalSeconds": 1, "BackoffRate": 1, "MaxDelaySeconds": 1}
            if name in self.shortened:
                state["TimeoutSeconds"] = self.seconds
        return re.sub(r"\$\{(\w+)\}", lambda match: resource + match[1], json.dumps(document))


@dataclass
class Played:
    """How a run went. states: as they were entered. calls: functions and what they were given."""

    states: list[str]
    calls: list[tuple[str, Any]]
    status: str
    output: Any
    error: str | None
    cause: str | None

    def called(self) -> Counter[str]:
        return Counter(function for function, _ in self.calls)


def states_of(branch: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A definition's states by name, those inside of Parallel and Map too."""
    found: dict[str, dict[str, Any]] = {}
    for name, state in branch["States"].items():
        found[name] = state
        inside = [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())]
        for inner in inside:
            found |= states_of(inner)
    return found


def call_name(function: str, event: dict[str, Any]) -> str:
    """Where a script has what a function does: its name, and which of its calls it is, if there are several
    side by side or from several states."""
    which = event.get("kind") or (event["job"].partition("/")[2] if function in {"record", "encode"} else "")
    return f"{function} {which}".strip()


def number_of(event: dict[str, Any]) -> int:
    """Of the case that a call is of."""
    return int(event.get("workspace_id") or event["job"].partition("/")[0])


@dataclass
class _Stage:
    """One run's calls."""

    case: Case
    workers: Workers
    calls: list[tuple[str, Any]] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    decided: int = 0

    async def call(self, function: str, event: Any, seconds: float | None = None) -> Answer:
        self.calls.append((function, event))
        name = call_name(function, event)
        script = self.case.script.get(name) or [answers({})]
        act = script[min(self.made[name], len(script) - 1)]
        self.made[name] += 1
        if function == "start_videos" and "answer" in act:  # it answers its input, one round on
            act = answers(event | act["answer"] | {"rounds": event["rounds"] + 1})
        if "busy" in act:
            return platform_error(act["busy"], "Rate Exceeded.")
        return await self.workers.call("act", json.dumps(act).encode(), seconds)

    def decision(self) -> Any:
        """The next one, or None."""
        self.decided += 1
        return self.case.decisions[self.decided - 1] if self.decided <= len(self.case.decisions) else None


class Theatre:
    """Plays cases. client: of the moto server; impatient: one that never asks twice."""

    def __init__(self, workers: Workers) -> None:
        self.client: Any = None
        self._workers = workers
        self.impatient: Any = None
        self._machines: dict[str, str] = {}
        self._reading = asyncio.Lock()
        self._stages: dict[int, _Stage] = {}
        self._deciding: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def ours(self, case: Case) -> Played:
        stage, journal = _Stage(case, self._workers), MemoryJournal()

        async def invoke(function: str, event: Any, timeout_seconds: float | None = None) -> Any:
            answer = await stage.call(function, event, timeout_seconds)
            if answer.failed:
                raise Failure(json.loads(answer.payload)["errorType"], answer.payload.decode())
            if "task_token" in event and (decision := stage.decision()) is not None:
                token, failed = event["task_token"], isinstance(decision, tuple)
                journal.answer(
                    TokenAnswer(token, None, *decision) if failed else TokenAnswer(token, decision)
                )
            return json.loads(answer.payload)

        async with self._places:
            journal.enqueue("run", case.value)
            (execution,) = await journal.running()
            machine = load_machine(case.definition(), FUNCTIONS)
            run = Run(machine, execution, invoke, journal, Clock(spread=lambda: 0.01))
            ended: tuple[str, Any, str | None, str | None]
            try:
                ended = "SUCCEEDED", await run.to_the_end(), None, None
            except Failure as failure:
                ended = "FAILED", None, failure.error, failure.cause
        visits = sorted(journal.kept["run"].values(), key=lambda visit: visit.entered_at)
        return Played([visit.state for visit in visits], stage.calls, *ended)

    async def theirs(self, case: Case) -> Played:
        stage = self._stages[case.number] = _Stage(case, self._workers)
        async with self._places:
            arn, ended = await self._start(case), {"status": "RUNNING"}
            until = time.monotonic() + PATIENCE_SECONDS
            while ended["status"] == "RUNNING" and time.monotonic() < until:
                await asyncio.sleep(0.2)
                ended = await asyncio.to_thread(self.client.describe_execution, executionArn=arn)
            events = await asyncio.to_thread(_history, self.client, arn)
        entered = [
            event["stateEnteredEventDetails"] for event in events if "stateEnteredEventDetails" in event
        ]
        return Played(
            [state["name"] for state in entered],
            stage.calls,
            ended["status"],
            json.loads(ended["output"]) if ended.get("output") else None,
            ended.get("error"),
            ended.get("cause"),
        )

    async def _start(self, case: Case) -> str:
        """Its ARN, once it runs. moto reads definitions into a list that its threads share: one at a time,
        or an execution never begins. A machine is made once: reading a long one takes a tenth of a second."""
        definition = case.definition(FUNCTION)
        async with self._reading:
            if definition not in self._machines:
                made = await asyncio.to_thread(
                    self.client.create_state_machine,
                    name=f"machine-{len(self._machines)}",
                    definition=definition,
                    roleArn=ROLE,
                )
                self._machines[definition] = made["stateMachineArn"]
            run = await asyncio.to_thread(
                self.client.start_execution,
                stateMachineArn=self._machines[definition],
                name=f"run-{case.number}",  # moto gives the unnamed one name
                input=json.dumps(case.value),
            )
            until = time.monotonic() + PATIENCE_SECONDS
            while not await asyncio.to_thread(self._has_begun, run["executionArn"]):
                assert time.monotonic() < until, case
        return str(run["executionArn"])

    def _has_begun(self, arn: str) -> bool:
        """moto answers 500 to whoever asks for the history before."""
        try:
            return bool(self.impatient.get_execution_history(executionArn=arn)["events"])
        except ClientError:
            time.sleep(0.01)
            return False

    async def front(self, request: Request) -> Response:
        """Lambda's Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
        event = await request.json()
        stage = self._stages[number_of(event)]
        answer = await stage.call(request.path_params["name"].removeprefix(FUNCTION), event)
        if "task_token" in event and not answer.failed and (decision := stage.decision()) is not None:
            task = asyncio.create_task(self._decide(event["task_token"], decision))
            self._deciding.add(task)
            task.add_done_callback(self._deciding.discard)
        headers = {"X-Amz-Function-Error": "Unhandled"} if answer.failed else {}
        return Response(answer.payload, headers=headers, media_type="application/json")

    async def _decide(self, token: str, decision: Any) -> None:
        if isinstance(decision, tuple):
            error, cause = decision
            await asyncio.to_thread(self.client.send_task_failure, taskToken=token, error=error, cause=cause)
        else:
            await asyncio.to_thread(
                self.client.send_task_success, taskToken=token, output=json.dumps(decision)
            )


FUNCTIONS = set(read_functions(PROJECT / "functions" / "functions.toml"))


@asynccontextmanager
async def theatre(folder: Path) -> AsyncIterator[Theatre]:
    """folder: gets logs."""
    environment = WorkerEnvironment(
        task_root=PROJECT,
        machine={"PATH": os.environ["PATH"]},
        settings={"LEADREEL_HOME": str(folder)},
    )
    functions = read_functions(ACTOR, "tests.support.actor")
    workers = Workers(functions, environment, folder, pool_size=AT_ONCE)
    opened = Theatre(workers)
    invoke = Route("/2015-03-31/functions/{name:path}/invocations", opened.front, methods=["POST"])
    server = Server(Starlette(routes=[invoke]), bind(0))
    await server.start()
    try:
        port, config = server.url.rpartition(":")[2], {"stepfunctions": {"execute_state_machine": True}}
        with moto_server(folder, invokes=port, config=config) as url:
            # moto answers 500 to a token while any other execution is just being started
            opened.client = client_of(url, "stepfunctions", attempts=10, max_pool_connections=2 * AT_ONCE)
            opened.impatient = client_of(url, "stepfunctions")
            yield opened
    finally:
        await server.stop()
        await workers.stop()


def _history(client: Any, arn: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for page in client.get_paginator("get_execution_history").paginate(executionArn=arn):
        events += page["events"]
    return events
