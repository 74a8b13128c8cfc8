"""What a list may be sorted and narrowed by stands in the document: that is taken, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.app import make_app
from shared.database.paging import MOST
from tests.integration.api.test_matrix import make_things
from tests.support.api import Api
from tests.support.parts import Parts
from tests.support.serving import NoRuns


def choices(schema: dict[str, Any]) -> list[str]:
    """The values that a schema names; none if it is no enumeration."""
    alone = [schema["const"]] if "const" in schema else []
    return [
        *alone,
        *schema.get("enum", ()),
        *(one for each in schema.get("anyOf", ()) for one in choices(each)),
    ]


def enumerations() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """(operation id, path, parameter, values) of what is read."""
    for path, methods in make_app().openapi()["paths"].items():
        parameters = methods.get("get", {}).get("parameters", ())
        for parameter in parameters:
            if parameter["in"] == "query" and (values := choices(parameter["schema"])):
                yield methods["get"]["operationId"], path, parameter["name"], tuple(values)


ALL = [*enumerations()]


def test_every_list_says_how_it_may_be_sorted() -> None:
    paths = make_app().openapi()["paths"].values()
    lists = {
        methods["get"]["operationId"]
        for methods in paths
        if any(parameter["name"] == "cursor" for parameter in methods.get("get", {}).get("parameters", ()))
    }
    sortable = {operation: values for operation, _, name, values in ALL if name == "sort"}
    assert lists == sortable.keys() and len(lists) >= 13
    assert all({"id", "-id"} <= set(values) for values in sortable.values())
    assert {"title", "-title", "view_count"} <= set(sortable["listHostedVideos"])
    assert "title" not in sortable["listLeads"]


@pytest.fixture
def things(api: Api, parts: Parts) -> dict[str, Any]:
    api.tools.__dict__["executions"] = NoRuns()
    return make_things(api, parts)


def test_what_the_document_names_is_taken_and_nothing_else(api: Api, things: dict[str, Any]) -> None:
    wrong = []
    for operation, path, name, values in ALL:
        others = (
            "nonsense",
            values[0].upper(),
            f"{values[0]} ",
            f"-{values[0]}-",
            "",
            "--id",
            "workspace_id",
        )
        for value, status in [*((one, 200) for one in values), *((one, 422) for one in others)]:
            answer = api.ask("GET", path.format(**things), role="owner", params={name: value})
            if answer.status_code != status:
                wrong.append(f"{operation}: {name}={value!r} answers {answer.status_code}, not {status}")
    assert wrong == [] and len(ALL) > 20


def test_each_order_is_kept_from_page_to_page(api: Api, things: dict[str, Any]) -> None:
    for operation, path, name, values in ALL:
        if name != "sort":
            continue
        for sort in values:
            items = _all(api, path.format(**things), sort, 1)
            assert items == _all(api, path.format(**things), sort, MOST), (operation, sort)
            assert items or operation in {"listScriptVersions", "listVideos"}, operation


def _all(api: Api, path: str, sort: str, limit: int) -> list[int]:
    """The ids, read page by page."""
    found: list[int] = []
    asked = {"sort": sort, "limit": str(limit)}
    while True:
        page = api.ask("GET", path, role="owner", params=asked).json()
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]
