"""One contract for whatever starts and ends runs: the journal, its API, and Step Functions (moto server)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from local.server import bind
from shared.workflow.executions import CannotReach, CannotStart, Standing, StepFunctions
from tests.support.moto_server import ACCOUNT, REGION, client_of
from tests.support.worlds import TheirWorld, World

MACHINES = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:"
# moto takes a failure for a task that has been answered (`isinstance(world, TheirWorld)` below)
VALUE: dict[str, Any] = {"workspace_id": 1, "video_id": 2, "approve": {"script": True}, "name": "née 🙂"}


@pytest.fixture
def name() -> str:
    return f"video-{uuid4()}"


def test_a_run_is_started_with_its_input(world: World, name: str) -> None:
    assert world.executions.look("pipeline", name) is None
    world.executions.check("pipeline")
    world.executions.start("pipeline", name, VALUE)
    assert world.executions.look("pipeline", name) == Standing("RUNNING")
    assert world.value(name) == VALUE


def test_starting_again_does_nothing(world: World, name: str) -> None:
    world.executions.start("pipeline", name, VALUE)
    world.executions.start("pipeline", name, VALUE)
    world.executions.start("pipeline", name, VALUE | {"video_id": 3})
    assert world.value(name) == VALUE
    world.token(name)
    world.executions.stop("pipeline", name, "cancelled by its owner")
    assert world.stopped(name)
    world.executions.start("pipeline", name, VALUE)
    standing = world.executions.look("pipeline", name)
    assert standing is not None and standing.status == "ABORTED"


def test_stopping_is_told_with_its_reason(world: World, name: str) -> None:
    world.executions.stop("pipeline", name, "never was")
    world.executions.start("pipeline", name, VALUE)
    world.token(name)  # moto does not stop what has hardly begun
    world.executions.stop("pipeline", name, "é" * 40_000)  # longer than AWS takes
    assert world.stopped(name)
    standing = world.executions.look("pipeline", name)
    assert standing is not None and standing.status == "ABORTED"
    if not isinstance(world, TheirWorld):  # moto keeps no reason
        assert (standing.error, set(standing.cause)) == ("Cancelled", {"é"})
    world.executions.stop("pipeline", name, "once more")


def test_a_task_is_answered_once(world: World, name: str) -> None:
    world.executions.start("pipeline", name, VALUE)
    token = world.token(name)
    assert world.told(name) is None
    assert world.executions.succeed(token, {"approved": True, "by": "née"}) is True
    assert world.told(name) == {"approved": True, "by": "née"}
    assert world.executions.succeed(token, {"approved": False}) is False
    assert not world.executions.fail(token, "Rejected", "too late") or isinstance(world, TheirWorld)
    assert world.told(name) == {"approved": True, "by": "née"}


def test_a_task_may_fail(world: World, name: str) -> None:
    world.executions.start("pipeline", name, VALUE)
    token = world.token(name)
    assert world.executions.fail(token, "Rejected", "too dull") is True
    assert world.told(name) == "Rejected"
    assert world.executions.succeed(token, {}) is False
    assert not world.executions.fail(token, "Rejected", "too dull") or isinstance(world, TheirWorld)


def test_nobody_waits_with_an_unknown_token(world: World) -> None:
    assert world.executions.succeed("unknown", {}) is False
    assert world.executions.fail("unknown", "Rejected", "why") is False


def test_a_machine_that_is_not_there_starts_nothing(moto: str, name: str) -> None:
    executions = StepFunctions(client_of(moto, "stepfunctions"), MACHINES)
    with pytest.raises(CannotStart, match="StateMachineDoesNotExist"):
        executions.start("none", name, {})
    with pytest.raises(CannotStart, match="StateMachineDoesNotExist"):
        executions.check("none")
    assert executions.look("none", name) is None


def test_nobody_at_the_address(name: str) -> None:
    with bind(0) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    executions = StepFunctions(client_of(url, "stepfunctions"), MACHINES)
    with pytest.raises(CannotStart):
        executions.start("pipeline", name, {})
    with pytest.raises(CannotStart):
        executions.check("pipeline")
    with pytest.raises(CannotReach):
        executions.look("pipeline", name)
    with pytest.raises(CannotReach):
        executions.stop("pipeline", name, "why")
    with pytest.raises(CannotReach):
        executions.succeed("token", {})
    with pytest.raises(CannotReach):
        executions.fail("token", "Rejected", "why")
