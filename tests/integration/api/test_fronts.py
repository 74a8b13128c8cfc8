"""With ORIGIN_KEY, the API listens to the site's own front alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.api.app import make_app
from functions.api.fronts import HEADER, VIEWER
from functions.api.handler import answer
from shared.database import Database
from shared.secrets import SecretsUnreachable
from shared.workflow import Tools
from tests.support.api import Api, served_api
from tests.support.in_process import asking

KEY = "Yk43UhD9r7ebK9VZMmuy7XzhwmIVnId3aRuo2KLfQpt"
ASKED = [
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/openapi.json"),
    ("GET", "/api/v1/leads"),
    ("POST", "/api/v1/videos"),
    ("GET", "/nowhere"),
    ("OPTIONS", "/api/v1/leads"),
]


class Untouched:
    """A database and a storage that nobody may look at."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked of it")


@pytest.fixture
def guarded(database: Database, workspace_id: int, tmp_path: Path) -> Iterator[Api]:
    page = "https://app.example.com"
    with served_api(database, workspace_id, tmp_path, origin_key=KEY, api_cors_origins=(page,)) as api:
        yield api


@pytest.mark.parametrize(("method", "path"), ASKED)
@pytest.mark.parametrize("given", [None, "", "wrong", KEY + "x", KEY[:-1], KEY.swapcase(), "ключ"])
def test_what_did_not_come_through_it_is_refused(
    method: str, path: str, given: str | None, guarded: Api
) -> None:
    guarded.tools.__dict__["database"] = Untouched()
    headers = {} if given is None else {HEADER: given.encode()}
    told = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}
    shown = guarded.ask(method, path, role="owner", headers={**headers, **told}, content=b"{" * 2_000_000)
    assert shown.status_code == 403
    problem = shown.json()
    assert problem["type"] == "urn:leadreel:problem:wrong-address"
    assert problem["request_id"] == shown.headers["x-request-id"]
    assert shown.headers["content-type"] == "application/problem+json"
    assert guarded.issuer.hits == 0
    assert not [hint for hint in (KEY, HEADER, "key", "header") if hint in shown.text]
    assert HEADER not in shown.headers


def test_what_came_through_it_is_answered(guarded: Api) -> None:
    through = {HEADER: KEY}
    assert guarded.ask("GET", "/health", role=None, headers=through).status_code == 200
    assert guarded.ask("GET", "/api/v1/leads", headers=through).status_code == 200
    assert guarded.ask("GET", "/api/v1/leads", role=None, headers=through).status_code == 401


def test_without_the_setting_nothing_is_asked_for(
    database: Database, workspace_id: int, tmp_path: Path
) -> None:
    with served_api(database, workspace_id, tmp_path) as api:
        assert api.ask("GET", "/health", role=None).status_code == 200
        assert api.ask("GET", "/api/v1/leads", headers={HEADER: "anything"}).status_code == 200


def test_an_event_of_the_gateway_says_it_in_lower_case(guarded: Api) -> None:
    app = make_app(lambda: guarded.tools)
    assert health(app, {}) == 403
    assert health(app, {HEADER: f"{KEY},{KEY}"}) == 403  # two headers, joined
    assert health(app, {HEADER: KEY}) == 200


def health(app: Any, headers: dict[str, str]) -> int:
    http = {"method": "GET", "path": "/health", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9"}
    event = {
        "version": "2.0",
        "rawPath": "/health",
        "rawQueryString": "",
        "headers": {"host": "a1b2c3.execute-api.eu-central-1.amazonaws.com", **headers},
        "requestContext": {"http": http, "stage": "$default", "requestId": "JKJaXmPLvHcESHA="},
        "isBase64Encoded": False,
    }
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        context: Any = None
        return int(answer(app, json.loads(json.dumps(event)), context)["statusCode"])
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_keys_that_cant_be_read_let_nobody_in(tmp_path: Path) -> None:
    def open_tools() -> Tools:
        raise SecretsUnreachable("ORIGIN_KEY: the secret could not be read for now")

    with asking(make_app(open_tools)) as client:
        shown = client.get("/health")
    assert shown.status_code == 503
    assert shown.json()["type"] == "urn:leadreel:problem:not-ready"


def test_the_document_does_not_name_it(guarded: Api) -> None:
    shown = guarded.ask("GET", "/openapi.json", role=None, headers={HEADER: KEY})
    assert shown.status_code == 200
    assert HEADER not in shown.text.lower()


def test_who_asks_is_whom_the_front_names(guarded: Api) -> None:
    def tried(viewer: str) -> int:
        headers = {HEADER: KEY, VIEWER: viewer}
        return guarded.ask("POST", "/unlock/v/any", role=None, headers=headers, content=b"").status_code

    assert [tried("192.0.2.1") for _ in range(11)] == [404] * 10 + [429]
    assert tried("192.0.2.2") == 404


def test_without_the_setting_nobody_names_who_asks(
    database: Database, workspace_id: int, tmp_path: Path
) -> None:
    with served_api(database, workspace_id, tmp_path) as api:
        tried = [
            api.ask(
                "POST", "/unlock/v/any", role=None, headers={VIEWER: f"192.0.2.{n}"}, content=b""
            ).status_code
            for n in range(11)
        ]
    assert tried == [404] * 10 + [429]
