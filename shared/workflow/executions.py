"""Executions of state machines, by name: Step Functions, or what speaks like it on one machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

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


class Executions(Protocol):
    """Runs of the state machines, by name. Each of these may be repeated."""

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        """Start a run; does nothing if there is one of that name. Raises CannotStart."""

    def check(self, machine: str) -> None:
        """Whether runs can be started. Raises CannotStart."""

    def stop(self, machine: str, name: str, reason: str) -> None:
        """End a run; does nothing if it has ended or never was. Raises CannotReach."""

    def succeed(self, token: str, output: dict[str, Any]) -> None:
        """Answer a task that waits; does nothing if it waits no more. Raises CannotReach."""

    def fail(self, token: str, error: str, cause: str) -> None:
        """Let a task that waits fail; does nothing if it waits no more. Raises CannotReach."""


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

    def stop(self, machine: str, name: str, reason: str) -> None:
        arn = f"{self._machines.replace(':stateMachine:', ':execution:')}{machine}:{name}"
        with self._telling(self._client.exceptions.ExecutionDoesNotExist):
            self._client.stop_execution(executionArn=arn, error="Cancelled", cause=reason[:_LONGEST_CAUSE])

    def succeed(self, token: str, output: dict[str, Any]) -> None:
        with self._answering():
            self._client.send_task_success(taskToken=token, output=json.dumps(output))

    def fail(self, token: str, error: str, cause: str) -> None:
        with self._answering():
            self._client.send_task_failure(taskToken=token, error=error, cause=cause[:_LONGEST_CAUSE])

    @contextmanager
    def _answering(self) -> Iterator[None]:
        errors = self._client.exceptions
        with self._telling(errors.TaskDoesNotExist, errors.TaskTimedOut):
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
            raise CannotReach(f"the work could not be told: {error}") from error


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
