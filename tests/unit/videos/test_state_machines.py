"""The small state machines are parts of the pipeline: the same states, with the same patience."""

from __future__ import annotations

import json
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
