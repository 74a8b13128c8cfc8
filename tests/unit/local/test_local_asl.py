from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.asl import ASK, INVOKE, DefinitionRefused, load_machine, tasks
from local.product import PROJECT, Product
from shared.videos.approving import WAIT_DAYS
from shared.videos.failing import WAITS
from shared.workflow import STEPS


def definition(**fields: Any) -> str:
    state = {"Type": "Task", "Resource": "${work}", "End": True, **fields}
    return json.dumps({"StartAt": "film", "States": {"film": state}})


def test_the_products_own_definition_loads() -> None:
    functions, machines = Product().read()
    called = {task.function for _, task in tasks(machines["pipeline"])}
    assert called <= functions.keys()
    assert {"record", "compose"} <= {name for name in functions if functions[name].limits.heavy}
    assert (PROJECT / "functions" / "pipeline.asl.json").is_file()


def states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of a definition, those inside others too."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in (
            *state.get("Branches", ()),
            *([state["ItemProcessor"]] if "ItemProcessor" in state else ()),
        ):
            yield from states(inner)


def test_the_pipeline_is_patient_with_its_functions_and_tells_of_every_failure_by_its_step() -> None:
    limits = {name: function.limits for name, function in Product().read()[0].items()}
    all_states = dict(states(json.loads((PROJECT / "functions" / "pipeline.asl.json").read_text())))
    called = set()
    for name, state in all_states.items():
        if state["Type"] == "Task":
            asks = state["Resource"] == ASK
            function = (state["Parameters"]["FunctionName"] if asks else state["Resource"]).strip("${}")
            called.add(function)
            if asks:
                assert state["TimeoutSeconds"] == WAIT_DAYS * 24 * 3600
                assert state["Parameters"]["Payload"]["kind"] == name.removeprefix("approve ")
            assert state["TimeoutSeconds"] > limits[function].timeout_seconds, name
            assert state["Retry"], name
        for catch in state.get("Catch", ()):
            if catch["ErrorEquals"] == ["NotApproved"]:
                assert (name in {"sample", "voice"}, catch["Next"]) == (True, "approve script?")
                continue
            step = catch["ResultPath"].removeprefix("$.failure.")
            assert step in {*STEPS, *WAITS, "prepare"}, name
            assert catch["ErrorEquals"] == ["States.ALL"], name
    works = {name for name, state in all_states.items() if state["Type"] in {"Task", "Map", "Parallel"}}
    uncaught = {name for name in works if "Catch" not in all_states[name]}
    assert uncaught == {"record scene", "encode shot", "fail"}  # those in a Map fail with it
    assert called >= {"check_page", "script", "voice", "plan", "record", "encode", "compose", "host", "fail"}


def test_what_is_not_filmed_or_encoded_yet_is_done_job_by_job() -> None:
    maps = {
        name: state
        for name, state in states(json.loads((PROJECT / "functions" / "pipeline.asl.json").read_text()))
        if state["Type"] == "Map"
    }
    assert {name: state["ItemsPath"] for name, state in maps.items()} == {
        "record": "$.plan.jobs",
        "encode": "$.plan.clips",
    }
    assert set(maps["record"]["ItemSelector"]) == {"job.$"}
    assert set(maps["encode"]["ItemSelector"]) == {"workspace_id.$", "video_id.$", "job.$"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"HeartbeatSeconds": 3}, "state 'film': HeartbeatSeconds"),
        ({"Retry": [{"ErrorEquals": ["x"], "Until": 1}]}, "state 'film': Retry, 0, Until"),
        ({"Retry": [{"ErrorEquals": []}]}, "state 'film': Retry, 0, ErrorEquals"),
        ({"Parameters": {"a.$": "$..b"}}, "state 'film': Parameters"),
        ({"ResultPath": "$.a[0]"}, "state 'film': ResultPath"),
        ({"Type": "Activity"}, "state 'film'"),
        ({"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"}, "state 'film' calls"),
        (
            {"Resource": ASK},
            "state 'film': Value error, arn:aws:states:::lambda:invoke.waitForTaskToken needs",
        ),
        ({"Resource": INVOKE, "Parameters": {"FunctionName": "nobody"}}, "calls 'nobody', no function"),
        ({"Resource": INVOKE, "Parameters": {"FunctionName": "work", "Qualifier": "1"}}, "Qualifier"),
        (
            {"Resource": ASK, "Parameters": {"FunctionName": "work", "Payload": {"a": 1}}},
            "nobody could answer",
        ),
        ({"Next": "nowhere", "End": False}, "'nowhere'"),
        ({"Next": "film"}, "state 'film': Value error, either Next or End"),
        ({"QueryLanguage": "JSONata"}, "state 'film': QueryLanguage"),
    ],
)
def test_whatever_is_not_known_is_refused_by_the_states_name(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DefinitionRefused) as caught:
        load_machine(definition(**fields), ["work"])
    assert complaint in str(caught.value)


def test_a_state_inside_a_map_is_named() -> None:
    inner = json.loads(definition(Credentials={}))
    outer = {"Type": "Map", "ItemProcessor": inner, "End": True}
    with pytest.raises(DefinitionRefused, match="state 'film': Credentials"):
        load_machine(json.dumps({"StartAt": "all", "States": {"all": outer}}), ["work"])


def test_a_distributed_map_is_refused() -> None:
    inner = json.loads(definition()) | {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}
    outer = {"Type": "Map", "ItemProcessor": inner, "End": True}
    with pytest.raises(DefinitionRefused, match="state 'all': ItemProcessor, ProcessorConfig, Mode"):
        load_machine(json.dumps({"StartAt": "all", "States": {"all": outer}}), ["work"])


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(DefinitionRefused, match="not JSON"):
        load_machine("{", [])


def test_other_definitions_are_found_beside_the_functions(tmp_path: Path) -> None:
    (tmp_path / "functions.toml").write_text("[work]\nmemory_mb = 128\ntimeout_seconds = 3\n")
    (tmp_path / "filming.asl.json").write_text(definition())
    functions, machines = Product(functions=tmp_path / "functions.toml", package="mine").read()
    assert functions["work"].handler == "mine.work.handler.handler"
    assert list(machines) == ["filming"]
