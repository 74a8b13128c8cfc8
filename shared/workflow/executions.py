"""Executions of state machines, by name: Step Functions, or what speaks like it on one machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from shared.errors import Permanent, Retryable
from shared.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_LONGEST_CAUSE = 32_768


class CannotStart(Retryable):
    """An execution could not be started; the video waits until somebody tries again."""


class CannotReach(Retryable):
    """An execution could not be told; it goes on as before until somebody tries again."""


class NoMachine(Permanent):
    """STATE_MACHINE_ARNS is not set: nothing can be started."""


class Standing(NamedTuple):
    """How a run stands. error and cause: of one that did not end well."""

    status: Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
    error: str = ""
    cause: str = ""


class Executions(Protocol):
    """Runs of the state machines, by name. Each of these may be repeated."""

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        """Start a run; does nothing if there is one of that name. Raises CannotStart."""

    def check(self, machine: str) -> None:
        """Whether runs can be started. Raises CannotStart."""

    def look(self, machine: str, name: str) -> Standing | None:
        """How a run stands; None if there is none of that name. Raises CannotReach."""

    def stop(self, machine: str, name: str, reason: str) -> None:
        """End a run; does nothing if it has ended or never was. Raises CannotReach."""

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        """Answer a task that waits; False if it waits no more. Raises CannotReach."""

    def fail(self, token: str, error: str, cause: str) -> bool:
        """Let a task that waits fail; False if it waits no more. Raises CannotReach."""


class StepFunctions:
    """The port `Executions` over AWS's API. machines: the ARN of each state machine without its name."""

    def __init__(self, client: SFNClient, machines: str) -> None:
        self._client, self._machines = client, machines

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.start_execution(
                stateMachineArn=self._machines + machine, name=name, input=json.dumps(value)
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return
        except (BotoCoreError, ClientError) as error:
            raise CannotStart(f"the work could not be started: {error}") from error

    def check(self, machine: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.describe_state_machine(stateMachineArn=self._machines + machine)
        except (BotoCoreError, ClientError) as error:
            raise CannotStart(f"the work could not be started: {error}") from error

    def look(self, machine: str, name: str) -> Standing | None:
        with self._telling(self._client.exceptions.ExecutionDoesNotExist):
            found = self._client.describe_execution(executionArn=self._execution(machine, name))
            status = found["status"]
            if status == "PENDING_REDRIVE":  # somebody lets it go on
                return Standing("RUNNING")
            return Standing(status, found.get("error", ""), found.get("cause", ""))
        return None

    def stop(self, machine: str, name: str, reason: str) -> None:
        arn = self._execution(machine, name)
        with self._telling(self._client.exceptions.ExecutionDoesNotExist):
            self._client.stop_execution(executionArn=arn, error="Cancelled", cause=reason[:_LONGEST_CAUSE])

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        with self._answering():
            self._client.send_task_success(taskToken=token, output=json.dumps(output))
            return True
        return False

    def fail(self, token: str, error: str, cause: str) -> bool:
        with self._answering():
            self._client.send_task_failure(taskToken=token, error=error, cause=cause[:_LONGEST_CAUSE])
            return True
        return False

    def _execution(self, machine: str, name: str) -> str:
        return f"{self._machines.replace(':stateMachine:', ':execution:')}{machine}:{name}"

    @contextmanager
    def _answering(self) -> Iterator[None]:
        errors = self._client.exceptions
        with self._telling(errors.TaskDoesNotExist, errors.TaskTimedOut, errors.InvalidToken):
            yield

    @contextmanager
    def _telling(self, *expected: type[Exception]) -> Iterator[None]:
        """expected: what says that nobody is there to be told."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except expected:
            return
        except (BotoCoreError, ClientError) as error:
            raise CannotReach(f"the work could not be reached: {error}") from error


def open_executions(settings: Settings) -> Executions:
    """Raises NoMachine."""
    if settings.state_machine_arns is None:
        raise NoMachine(
            "STATE_MACHINE_ARNS is not set: `leadreel up` does it on one machine, the stack on AWS"
        )
    import boto3  # costs 100 ms, and only what starts something needs it
    from botocore.config import Config

    waiting = Config(connect_timeout=3, read_timeout=8, retries={"total_max_attempts": 2})
    region = settings.state_machine_arns.split(":")[3]
    client = boto3.client("stepfunctions", region_name=region, config=waiting)
    return StepFunctions(client, settings.state_machine_arns)
