from __future__ import annotations

import pytest

from local.failure import Failure
from local.paths import check_expression, check_template, evaluate, place, render

VALUE = {"plan": {"jobs": ["a", {"b c": 7}]}, "n": 0}
CONTEXT = {"Map": {"Item": {"Index": 2, "Value": "x"}}, "Execution": {"Name": "video-1"}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", VALUE),
        ("$.plan.jobs", ["a", {"b c": 7}]),
        ("$.plan.jobs[1]['b c']", 7),
        ("$['plan']['jobs'][0]", "a"),
        ("$$.Map.Item.Value", "x"),
        ("$$.Execution.Name", "video-1"),
        ("States.JsonToString($.plan)", '{"jobs":["a",{"b c":7}]}'),
        ("States.JsonToString( $.plan.jobs[0] )", '"a"'),
    ],
)
def test_a_path_leads_to_its_value(path: str, found: object) -> None:
    assert evaluate(check_expression(path), VALUE, CONTEXT) == found


@pytest.mark.parametrize(
    "path", ["$.none", "$.plan.jobs[2]", "$.n.x", "$.plan[0]", "$.plan.jobs.a", "$$.Map.No"]
)
def test_a_path_to_nothing_fails_by_name(path: str) -> None:
    with pytest.raises(Failure) as caught:
        evaluate(path, VALUE, CONTEXT)
    assert caught.value.error == "States.ParameterPathFailure"


@pytest.mark.parametrize(
    "path", ["plan", "$..a", "$.a[*]", "$.a[?(@.b)]", "$.a[1:2]", "States.Format('{}', $.a)", "States.UUID()"]
)
def test_more_than_reference_paths_is_refused(path: str) -> None:
    with pytest.raises(ValueError):
        check_expression(path)


def test_a_template_is_filled_where_names_end_in_a_dollar() -> None:
    template = {"job.$": "$$.Map.Item.Value", "deep": [{"n.$": "$.n"}, "$.n"], "text": "$.n"}
    assert render(check_template(template), VALUE, CONTEXT) == {
        "job": "x",
        "deep": [{"n": 0}, "$.n"],
        "text": "$.n",
    }


def test_a_template_without_a_path_is_refused() -> None:
    with pytest.raises(ValueError, match=r"job\.\$"):
        check_template({"job.$": 3})


@pytest.mark.parametrize(
    ("path", "made"),
    [
        (None, {"a": {"b": 1}}),
        ("$", "new"),
        ("$.a", {"a": "new"}),
        ("$.a.c", {"a": {"b": 1, "c": "new"}}),
        ("$.x.y.z", {"a": {"b": 1}, "x": {"y": {"z": "new"}}}),
    ],
)
def test_a_result_is_put_at_its_path_and_the_input_stays(path: str | None, made: object) -> None:
    value = {"a": {"b": 1}}
    assert place(path, value, "new") == made
    assert value == {"a": {"b": 1}}


@pytest.mark.parametrize("value", [[1], "text", {"a": 5}])
def test_a_result_path_through_something_without_fields_fails(value: object) -> None:
    with pytest.raises(Failure) as caught:
        place("$.a.b", value, "new")
    assert caught.value.error == "States.ResultPathMatchFailure"
