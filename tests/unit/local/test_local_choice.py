from __future__ import annotations

from typing import Any

import pytest

from local.choice import check_rule, holds
from local.failure import Failure

VALUE = {"status": "ready", "n": 3, "yes": True, "none": None}


@pytest.mark.parametrize(
    ("variable", "name", "wanted", "fits"),
    [
        ("$.status", "StringEquals", "ready", True),
        ("$.status", "StringGreaterThan", "a", True),
        ("$.status", "StringMatches", "re*y", True),
        ("$.status", "StringMatches", r"re\*y", False),
        ("$.n", "NumericGreaterThanEquals", 3, True),
        ("$.n", "NumericLessThan", 3, False),
        ("$.n", "StringEquals", "3", False),
        ("$.yes", "NumericEquals", 1, False),
        ("$.yes", "BooleanEquals", True, True),
        ("$.none", "IsNull", True, True),
        ("$.n", "IsNumeric", True, True),
        ("$.yes", "IsString", False, True),
        ("$.missing", "IsPresent", False, True),
        ("$.none", "IsPresent", True, True),
    ],
)
def test_comparisons(variable: str, name: str, wanted: Any, fits: bool) -> None:
    rule = {"Variable": variable, name: wanted}
    assert holds(check_rule(rule, nested=True), VALUE, {}) is fits
    assert holds({"Not": rule}, VALUE, {}) is not fits


def test_and_or_not() -> None:
    ready = {"Variable": "$.status", "StringEquals": "ready"}
    many = {"Variable": "$.n", "NumericGreaterThan": 10}
    assert not holds(check_rule({"And": [ready, many], "Next": "x"}), VALUE, {})
    assert holds(check_rule({"Or": [many, {"Not": many}], "Next": "x"}), VALUE, {})


def test_a_missing_variable_fails_the_execution() -> None:
    with pytest.raises(Failure) as caught:
        holds({"Variable": "$.missing", "StringEquals": "x"}, VALUE, {})
    assert caught.value.error == "States.Runtime"


@pytest.mark.parametrize(
    "rule",
    [
        "text",
        {"Variable": "$.a", "StringEquals": "x"},
        {"Variable": "$.a", "Next": "x"},
        {"Variable": "$.a", "StringEquals": 3, "Next": "x"},
        {"Variable": "$.a", "StringEqualsPath": "$.b", "Next": "x"},
        {"Variable": "$..a", "IsNull": True, "Next": "x"},
        {"And": [], "Next": "x"},
        {"And": [{"Variable": "$.a", "IsNull": True, "Next": "y"}], "Next": "x"},
        {"Variable": "$.a", "IsNull": True, "IsString": True, "Next": "x"},
    ],
)
def test_other_rules_are_refused(rule: Any) -> None:
    with pytest.raises(ValueError):
        check_rule(rule)
