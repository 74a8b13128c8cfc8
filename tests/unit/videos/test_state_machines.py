"""The small state machines are parts of the pipeline: the same states, with the same patience."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from local.product import Product
from shared.batches.starting import ROUNDS
from shared.videos.runs import STEPS_OF, Operation

FUNCTIONS = Path(__file__).parents[3] / "functions"
SMALL = [operation for operation in get_args(Operation) if operation != "video"]
OF_PLACE = {"Next", "End", "ResultPath", "Catch", "Comment"}
"""What depends on where a state stands."""


def definition(machine: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FUNCTIONS / f"{machine}.asl.json").read_text())
    return read


def states(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By name, those inside of Parallel and Map too."""
    found: dict[str, dict[str, Any]] = {}
    for name, state in machine["States"].items():
        found[name] = state
        for inner in (
            *state.get("Branches", ()),
            *([state["ItemProcessor"]] if "ItemProcessor" in state else ()),
        ):
            found |= states(inner)
    return found


PIPELINE = states(definition("pipeline"))
MACHINES = sorted(path.name.split(".")[0] for path in FUNCTIONS.glob("*.asl.json"))
LONGEST_DELAY_SECONDS = 300
LAMBDA_FAULTS = {
    f"Lambda.{name}Exception"
    for name in ("TooManyRequests", "Service", "AWSLambda", "SdkClient", "ClientExecutionTimeout")
}
"""https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html"""
NOBODY_TO_CATCH = {
    "fail": "it is what everything is caught by, and is tried again itself",
    "start videos": "it is tried again for an hour; `tend` puts right what is left then",
}


def tasks(machine: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The function and the definition of each Task, by name."""
    found = {}
    for name, state in states(definition(machine)).items():
        if state["Type"] == "Task":
            placed = state.get("Parameters", {}).get("FunctionName") or state["Resource"]
            assert placed.startswith("${") and placed.endswith("}"), name
            found[name] = placed[2:-1], state
    return found


def test_every_placeholder_is_a_function_and_every_function_has_a_folder_and_limits() -> None:
    functions, _ = Product().read()
    folders = {path.parent.name for path in FUNCTIONS.glob("*/handler.py")}
    texts = [path.read_text() for path in FUNCTIONS.glob("*.asl.json")]
    placed = {name for text in texts for name in re.findall(r"\$\{(\w+)\}", text)}
    assert functions.keys() == folders
    assert placed == {function for machine in MACHINES for function, _ in tasks(machine).values()}
    assert placed < folders


@pytest.mark.parametrize("machine", MACHINES)
def test_lambda_says_first_that_time_is_up(machine: str) -> None:
    """A Task outlives its function's own limit: what is seen is `Sandbox.Timedout`, with the request's id.
    Which leaves half a minute for a cold start."""
    functions, _ = Product().read()
    for name, (function, state) in tasks(machine).items():
        assert state["TimeoutSeconds"] >= functions[function].limits.timeout_seconds + 30, name


@pytest.mark.parametrize("machine", MACHINES)
def test_retries_are_spread_and_bounded(machine: str) -> None:
    for name, state in states(definition(machine)).items():
        assert ("Retry" in state) == (state["Type"] == "Task"), name
        for retrier in state.get("Retry", ()):
            assert retrier["JitterStrategy"] == "FULL", name
            assert retrier["IntervalSeconds"] <= retrier["MaxDelaySeconds"] <= LONGEST_DELAY_SECONDS, name
            assert retrier["BackoffRate"] > 1 and 1 <= retrier["MaxAttempts"] <= 30, name


@pytest.mark.parametrize("machine", MACHINES)
def test_what_lambda_itself_could_not_do_is_tried_again(machine: str) -> None:
    """For minutes: a new account runs ten functions at once, and a Map asks for forty."""
    for name, (_, state) in tasks(machine).items():
        last = state["Retry"][-1]
        assert set(last["ErrorEquals"]) in ({"States.ALL"}, LAMBDA_FAULTS), name
        assert last["MaxAttempts"] >= (20 if set(last["ErrorEquals"]) == LAMBDA_FAULTS else 5), name


@pytest.mark.parametrize("machine", MACHINES)
def test_what_fails_is_caught(machine: str) -> None:
    """By the Task itself, by the Map around it, or by nobody, for a reason."""
    whole = states(definition(machine))
    by_map = {
        name
        for state in whole.values()
        if state["Type"] == "Map" and state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
        for name in states(state["ItemProcessor"])
    }
    for name, (_, state) in tasks(machine).items():
        if name in NOBODY_TO_CATCH or name in by_map:
            assert "Catch" not in state, name
        else:
            assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


@pytest.mark.parametrize("operation", SMALL)
def test_its_states_are_those_of_the_pipeline(operation: str) -> None:
    small = states(definition(operation))
    for name, state in small.items():
        if state["Type"] in {"Succeed", "Fail"}:
            continue
        whole = PIPELINE[name]
        assert {k: v for k, v in state.items() if k not in OF_PLACE} == {
            k: v for k, v in whole.items() if k not in OF_PLACE
        }, name


@pytest.mark.parametrize("operation", SMALL)
def test_every_failure_is_told(operation: str) -> None:
    top = definition(operation)["States"]
    for name, state in top.items():
        if state["Type"] in {"Task", "Map"} and name != "fail":
            *others, last = state["Catch"]
            assert (last["ErrorEquals"], last["Next"]) == (["States.ALL"], "fail")
            assert [catch["ErrorEquals"] for catch in others] in ([], [["NotApproved"]])


def test_a_batch_goes_round_until_all_are_started() -> None:
    """Few enough events for one execution: each round has at most ten, and those of what is tried again."""
    machine = definition("batch")["States"]
    work = machine["start videos"]
    assert work["Resource"] == "${start_videos}" and "ResultPath" not in work
    [again] = work["Retry"]
    assert again["ErrorEquals"] == ["States.ALL"]  # nothing tells a video whose turn never comes
    assert machine["all started?"]["Choices"] == [
        {"Variable": "$.done", "BooleanEquals": True, "Next": "started"}
    ]
    assert machine["wait"]["Next"] == "start videos"
    assert ROUNDS * 10 + 3 * again["MaxAttempts"] * 10 < 25_000
    functions, _ = Product().read()
    assert work["TimeoutSeconds"] > functions["start_videos"].limits.timeout_seconds
    assert functions["start_videos"].limits.states and functions["start_videos"].limits.database


@pytest.mark.parametrize("operation", SMALL)
def test_its_steps_are_those_that_people_see(operation: Operation) -> None:
    named = {name.replace(" ", "_") for name in definition(operation)["States"]}
    assert set(STEPS_OF[operation]) <= named
