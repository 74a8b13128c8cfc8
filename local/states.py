"""Step Functions' API on one machine: what our functions ask of it, as the AWS SDK speaks it.

AWS JSON 1.0: https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.catalogue import ACCOUNT, NAME_PREFIX, REGION
from local.dataflow import PAYLOAD_LIMIT
from local.journal import answer_task, enqueue, read_execution, stop_execution
from local.visits import Execution, TokenAnswer

MEDIA_TYPE = "application/x-amz-json-1.0"
_TARGET = "AWSStepFunctions."
_MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{NAME_PREFIX}"
_EXECUTION = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{NAME_PREFIX}"
_LONGEST_NAME = 80


class Refused(Exception):
    """An error of the API. kind: its name there."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def machine_arn(machine: str) -> str:
    return _MACHINE + machine


def states_api(machines: Collection[str], url: str) -> Starlette:
    """The application. machines: by name. url: of the database that has the journal, as its owner."""
    operations = _Operations(machines, url).by_name()

    async def ask(request: Request) -> Response:
        operation = operations.get(request.headers.get("x-amz-target", "").removeprefix(_TARGET))
        try:
            if operation is None:
                raise Refused("UnknownOperationException", f"only {', '.join(operations)} are spoken here")
            try:
                asked = json.loads(await request.body())
                body = await asyncio.to_thread(operation, asked)
            except (ValueError, KeyError, TypeError) as error:
                raise Refused("ValidationException", f"the request can't be read: {error}") from error
        except Refused as error:
            told = {"__type": f"com.amazonaws.swf.service.v2.model#{error.kind}", "message": str(error)}
            return Response(json.dumps(told), 400, {"x-amzn-errortype": error.kind}, MEDIA_TYPE)
        return Response(json.dumps(body), media_type=MEDIA_TYPE)

    return Starlette(routes=[Route("/", ask, methods=["POST"])])


class _Operations:
    """What is asked for, as the request's JSON, and what is answered. Each may raise Refused."""

    def __init__(self, machines: Collection[str], url: str) -> None:
        self._machines, self._url = machines, url

    def by_name(self) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        return {
            "StartExecution": self._start,
            "DescribeStateMachine": self._describe,
            "DescribeExecution": self._look,
            "StopExecution": self._stop,
            "SendTaskSuccess": self._succeed,
            "SendTaskFailure": self._fail,
        }

    def _start(self, asked: dict[str, Any]) -> dict[str, Any]:
        machine = str(asked["stateMachineArn"]).removeprefix(_MACHINE)
        name, value = str(asked["name"]), json.loads(asked.get("input", "{}"))
        if machine not in self._machines:
            raise Refused("StateMachineDoesNotExist", f"there is no state machine {machine!r}")
        if not 0 < len(name) <= _LONGEST_NAME:
            raise Refused("InvalidName", f"a name has 1 to {_LONGEST_NAME} characters")
        enqueue(self._url, machine, name, value)
        execution = read_execution(self._url, name)
        assert execution is not None  # it was put there just now
        if execution.input != value or execution.status != "RUNNING":
            raise Refused("ExecutionAlreadyExists", f"there is an execution {name!r}")
        return {
            "executionArn": f"{_EXECUTION}{machine}:{name}",
            "startDate": execution.created_at.timestamp(),
        }

    def _describe(self, asked: dict[str, Any]) -> dict[str, Any]:
        arn = str(asked["stateMachineArn"])
        if arn.removeprefix(_MACHINE) not in self._machines:
            raise Refused("StateMachineDoesNotExist", f"there is no state machine {arn!r}")
        return {"stateMachineArn": arn, "name": arn.rpartition(":")[2], "status": "ACTIVE"}

    def _look(self, asked: dict[str, Any]) -> dict[str, Any]:
        execution = self._find(asked)
        told = {
            "executionArn": asked["executionArn"],
            "stateMachineArn": machine_arn(execution.machine),
            "name": execution.name,
            "status": execution.status,
            "startDate": execution.created_at.timestamp(),
            "input": json.dumps(execution.input),
            "error": execution.error,
            "cause": execution.cause,
        }
        if execution.ended_at is not None:
            told["stopDate"] = execution.ended_at.timestamp()
        if execution.status == "SUCCEEDED":
            told["output"] = json.dumps(execution.output)
        return {name: value for name, value in told.items() if value is not None}

    def _stop(self, asked: dict[str, Any]) -> dict[str, Any]:
        stop_execution(self._url, self._find(asked).name, asked.get("error"), asked.get("cause"))
        return {"stopDate": (self._find(asked).ended_at or datetime.now(UTC)).timestamp()}

    def _find(self, asked: dict[str, Any]) -> Execution:
        machine, _, name = str(asked["executionArn"]).removeprefix(_EXECUTION).partition(":")
        execution = read_execution(self._url, name)
        if execution is None or execution.machine != machine:
            raise Refused("ExecutionDoesNotExist", f"there is no execution {name!r}")
        return execution

    def _succeed(self, asked: dict[str, Any]) -> dict[str, Any]:
        text = str(asked["output"])
        if len(text.encode()) > PAYLOAD_LIMIT:
            raise Refused("InvalidOutput", f"an output has at most {PAYLOAD_LIMIT} bytes")
        try:
            output = json.loads(text)
        except ValueError as error:
            raise Refused("InvalidOutput", "the output is not JSON") from error
        return self._answer(TokenAnswer(str(asked["taskToken"]), output))

    def _fail(self, asked: dict[str, Any]) -> dict[str, Any]:
        error, cause = str(asked.get("error") or ""), str(asked.get("cause") or "")
        return self._answer(TokenAnswer(str(asked["taskToken"]), None, error, cause))

    def _answer(self, answer: TokenAnswer) -> dict[str, Any]:
        awaited = answer_task(self._url, answer)
        if awaited is None:
            raise Refused("TaskDoesNotExist", "there is no task with this token")
        if not awaited:
            raise Refused("TaskTimedOut", "nobody waits for an answer to this token any more")
        return {}
