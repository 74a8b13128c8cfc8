from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.asl import DefinitionRefused, load_machine, tasks
from local.product import PROJECT, Product


def definition(**fields: Any) -> str:
    state = {"Type": "Task", "Resource": "${work}", "End": True, **fields}
    return json.dumps({"StartAt": "film", "States": {"film": state}})


def test_the_products_own_definition_loads() -> None:
    functions, machines = Product().read()
    called = {task.resource for _, task in tasks(machines["pipeline"])}
    assert called <= functions.keys()
    assert {"record", "compose"} <= {name for name in functions if functions[name].limits.heavy}
    assert (PROJECT / "functions" / "pipeline.asl.json").is_file()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"HeartbeatSeconds": 3}, "state 'film': HeartbeatSeconds"),
        ({"Retry": [{"ErrorEquals": ["x"], "Until": 1}]}, "state 'film': Retry, 0, Until"),
        ({"Retry": [{"ErrorEquals": []}]}, "state 'film': Retry, 0, ErrorEquals"),
        ({"Parameters": {"a.$": "$..b"}}, "state 'film': Parameters"),
        ({"ResultPath": "$.a[0]"}, "state 'film': ResultPath"),
        ({"Type": "Activity"}, "state 'film'"),
        ({"Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}, "state 'film' calls"),
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
