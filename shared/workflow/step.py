"""Turns a stage's function into a Lambda handler.

A handler only translates. What all of them need stands here once: the event becomes a value, the tools are
opened (once a process, on first use), a line says for whom the invocation works, work that is done is not
done again, and what goes wrong leaves under one of the three names that the state machine knows.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.errors import LeadreelError, NotApproved, Permanent, RateLimited, Retryable
from shared.observability import logger
from shared.values import Value
from shared.workflow.names import ApprovalKind, StepName
from shared.workflow.steps import begin_step, result_of, settle_step, shelve_step
from shared.workflow.tools import Tools, open_tools

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


class VideoEvent(Value):
    """Asks for a step of a video."""

    workspace_id: int
    video_id: int


class ApprovalEvent(VideoEvent):
    """Asks a person to decide. task_token: of the task that waits for it."""

    kind: ApprovalKind
    task_token: str


class JobEvent(Value):
    """Asks for a job that is written down in storage. job: the storage prefix of its `job.json`."""

    job: str


def video_step(
    name: StepName,
) -> Callable[[Callable[[VideoEvent, Tools], dict[str, Any]]], Handler]:
    """A handler for a step with the database: keeps the step's row, and answers at once when it is done."""

    def decorate(run: Callable[[VideoEvent, Tools], dict[str, Any]]) -> Handler:
        @wraps(run)
        def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            with named():
                asked, tools = VideoEvent.model_validate(event), open_tools()
                tell_for_whom(context, name, asked.workspace_id, asked.video_id)
                of_step = (tools.database, asked.workspace_id, asked.video_id, name)
                done = result_of(*of_step)
                if done is not None:
                    return done
                started_at = begin_step(*of_step)
                try:
                    result = run(asked, tools)
                except NotApproved:
                    shelve_step(*of_step)
                    raise
                settle_step(*of_step, started_at, datetime.now(UTC), result)
                return result

        return handler

    return decorate


def job_step(
    run: Callable[[JobEvent, Tools, LambdaContext], dict[str, Any]],
) -> Handler:
    """A handler for a step without the database; it tells for whom it works once it has read its job."""

    @wraps(run)
    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        with named():
            return run(JobEvent.model_validate(event), open_tools(), context)

    return handler


class PartEvent(VideoEvent):
    """Asks for a part of a step, of which a video needs many. job: the storage prefix of its `job.json`."""

    job: str


def step_part(
    name: StepName,
) -> Callable[[Callable[[PartEvent, Tools], dict[str, Any]]], Handler]:
    """A handler for a part of a step with the database, which whoever does the step settles."""

    def decorate(run: Callable[[PartEvent, Tools], dict[str, Any]]) -> Handler:
        @wraps(run)
        def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            with named():
                asked, tools = PartEvent.model_validate(event), open_tools()
                tell_for_whom(context, name, asked.workspace_id, asked.video_id)
                begin_step(tools.database, asked.workspace_id, asked.video_id, name)
                return run(asked, tools)

        return handler

    return decorate


def tell_for_whom(context: LambdaContext, step: str, workspace_id: int, video_id: int) -> None:
    """The line by which the costs of this invocation find their video (`functions/ingest_costs` reads it)."""
    logger().info(
        "invocation",
        function_request_id=context.aws_request_id,
        workspace_id=workspace_id,
        video_id=video_id,
        step=step,
    )


@contextmanager
def named() -> Iterator[None]:
    """Errors leave as exactly one of four classes (`shared.errors`): `ErrorEquals` knows no subclasses."""
    try:
        yield
    except RateLimited as error:
        raise RateLimited(str(error), error.retry_after_seconds) from error
    except Retryable as error:
        raise Retryable(str(error)) from error
    except NotApproved as error:
        raise NotApproved(str(error)) from error
    except LeadreelError as error:
        raise Permanent(str(error)) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Permanent(f"the disk is full ({error.strerror}); free some space and try again") from error
        raise
