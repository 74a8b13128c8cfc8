"""Step Functions' API on one machine: what our functions ask of it, as the AWS SDK speaks it.

AWS JSON 1.0: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.catalogue import ACCOUNT, NAME_PREFIX, REGION
from local.journal import enqueue, read_execution

MEDIA_TYPE = "application/x-amz-json-1.0"
_MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{NAME_PREFIX}"
_EXECUTION = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{NAME_PREFIX}"
_LONGEST_NAME = 80


def machine_arn(machine: str) -> str:
    return _MACHINE + machine


def states_api(machines: Collection[str], url: str) -> Starlette:
    """The application. machines: by name. url: of the database that has the journal."""

    async def ask(request: Request) -> Response:
        target = request.headers.get("x-amz-target", "").removeprefix("AWSStepFunctions.")
        if target == "DescribeStateMachine":
            return _describe(await request.body())
        if target != "StartExecution":
            return _refused("UnknownOperationException", f"{target} is not spoken here")
        try:
            asked = json.loads(await request.body())
            machine = str(asked["stateMachineArn"]).removeprefix(_MACHINE)
            name, value = str(asked["name"]), json.loads(asked.get("input", "{}"))
        except (ValueError, KeyError, TypeError) as error:
            return _refused("ValidationException", f"the request can't be read: {error}")
        if machine not in machines:
            return _refused("StateMachineDoesNotExist", f"there is no state machine {machine!r}")
        if not 0 < len(name) <= _LONGEST_NAME:
            return _refused("InvalidName", f"a name has 1 to {_LONGEST_NAME} characters")
        return await asyncio.to_thread(_start, machine, name, value)

    def _describe(body: bytes) -> Response:
        arn = str(json.loads(body).get("stateMachineArn"))
        if arn.removeprefix(_MACHINE) not in machines:
            return _refused("StateMachineDoesNotExist", f"there is no state machine {arn!r}")
        shown = {"stateMachineArn": arn, "name": arn.rpartition(":")[2], "status": "ACTIVE"}
        return Response(json.dumps(shown), media_type=MEDIA_TYPE)

    def _start(machine: str, name: str, value: Any) -> Response:
        enqueue(url, machine, name, value)
        execution = read_execution(url, name)
        assert execution is not None  # it was put there just now
        if execution.input != value or execution.status != "RUNNING":
            return _refused("ExecutionAlreadyExists", f"there is an execution {name!r}")
        body = {
            "executionArn": f"{_EXECUTION}{machine}:{name}",
            "startDate": execution.created_at.timestamp(),
        }
        return Response(json.dumps(body), media_type=MEDIA_TYPE)

    return Starlette(routes=[Route("/", ask, methods=["POST"])])


def _refused(kind: str, message: str) -> Response:
    body = {"__type": f"com.amazonaws.swf.service.v2.model#{kind}", "message": message}
    return Response(json.dumps(body), 400, {"x-amzn-errortype": kind}, MEDIA_TYPE)
