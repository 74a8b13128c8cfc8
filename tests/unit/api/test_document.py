"""The OpenAPI document: valid, and with what a reader needs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from functions.api.app import make_app
from functions.api.describing import EXAMPLES, TAGS, placed
from shared.settings import Settings


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return make_app().openapi()


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for methods in document["paths"].values() for each in methods.values()]


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    shown = json.dumps(placed(document, Settings(_env_file=None)))
    shown = shown.replace(r"\\p{L}\\p{N}", r"\\w")  # it checks patterns as Python's, not JavaScript's
    # nor is a field that may be left out, and has to be something when it is there, to its liking
    validate(json.loads(shown, object_hook=lambda o: {k: v for k, v in o.items() if k != "default"}))


def test_every_tag_is_described_and_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    used = {tag for operation in operations(document) for tag in operation["tags"]}
    assert used <= set(TAGS)
    assert [tag["name"] for tag in document["tags"]] == list(
        dict.fromkeys(tag["name"] for tag in document["tags"])
    )
    assert {tag["name"] for tag in document["tags"]} == used
    vague = {"Add", "All Of Them", "One", "Change", "Delete", "Make", "Ready", "Health"}
    assert [each["operationId"] for each in operations(document) if each["summary"] in vague] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_the_operation_takes(name: str, document: dict[str, Any]) -> None:
    [operation] = [each for each in operations(document) if each["operationId"] == name]
    content = operation["requestBody"]["content"]["application/json"]
    schema = {"components": document["components"], **content["schema"]}
    Draft202012Validator(schema).validate(content["example"])


def test_it_says_where_to_sign_in_and_as_which_application(document: dict[str, Any]) -> None:
    settings = Settings(
        _env_file=None,
        auth_sign_in_url="https://x.auth.eu-west-1.amazoncognito.com",
        auth_app_clients=("a1", "b2"),
    )
    shown = placed(document, settings)
    flow = shown["components"]["securitySchemes"]["signIn"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize"
    assert flow["tokenUrl"] == "https://x.auth.eu-west-1.amazoncognito.com/oauth2/token"
    assert shown["x-client-id"] == "a1" and shown["servers"][0]["url"] == "/"
    assert set(flow["scopes"]) == {"read", "write", "approve", "costs", "manage"}
    assert "x-client-id" not in document
