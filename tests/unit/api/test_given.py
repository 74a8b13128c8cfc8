"""Types of what is given as JSON: those of its schema, and no others that could be meant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from shared.values import Given, Length, Name, Text


class Inner(Given):
    seconds: float = Field(0.0, ge=0)


class Outer(Given):
    count: int = Field(1, ge=1)
    enabled: bool | None = None
    at: datetime | None = None
    inner: Inner = Inner()
    several: tuple[Inner, ...] = ()
    by_name: dict[str, int] = Field(default={})
    either: float | str = 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": "5"}, {"count": True}, {"count": 0}, {"enabled": 0}, {"enabled": "yes"}, {"at": 1700000000},
        {"at": "1700000000"}, {"inner": {"seconds": "1"}}, {"several": [{"seconds": False}]},
        {"by_name": {"a": "1"}},
    ],
    ids=str,
)  # fmt: skip
def test_what_could_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Outer.model_validate(wrong)


def test_what_a_schema_allows_is_taken() -> None:
    given = {
        "count": 5.0, "enabled": False, "at": "2026-11-22T05:00:00Z", "inner": {"seconds": 1},
        "several": [{"seconds": 0.5}], "by_name": {"a": 1}, "either": "5",
    }  # fmt: skip
    taken = Outer.model_validate(given)
    assert (taken.count, taken.enabled, taken.inner.seconds, taken.either) == (5, False, 1.0, "5")
    assert Outer.model_validate(taken.model_dump()) == taken
    assert Outer.model_validate_json(taken.model_dump_json()) == taken


def test_the_schema_keeps_its_bounds() -> None:
    assert Outer.model_json_schema()["properties"]["count"]["minimum"] == 1


class Said(Given):
    name: Name
    line: Annotated[Text, Length(5)] = ""


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": " \x1a"}, {"name": "a" + " " * 300}])
def test_a_name_is_as_long_as_its_schema_says(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Said.model_validate(wrong)
    said = Said.model_validate({"name": " Ana\tSilva ", "line": ""})
    assert (said.name, said.line) == ("Ana Silva", "")
    assert Said.model_json_schema()["properties"]["name"]["maxLength"] == 300
