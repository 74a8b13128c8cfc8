"""Events of API Gateway's HTTP API, payload 2.0, as AWS documents them, through the handler.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import Request

from functions.api.app import make_app
from functions.api.handler import answer
from tests.support.api import Api

PATH = "/api/v1/leads"
ANA = json.dumps({"name": "Ana Søren", "company": "Acme"})
Send = Callable[..., dict[str, Any]]


def event(method: str, path: str, *, query: str = "", stage: str = "$default", **more: Any) -> dict[str, Any]:
    headers = {
        "accept": "*/*",
        "content-length": "0",
        "host": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
        "user-agent": "curl/8.5.0",
        "x-amzn-trace-id": "Root=1-6741a0de-2b9c6f3b0f2d4a6b8c0e1f23",
        "x-forwarded-for": "203.0.113.9",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        **more.pop("headers", {}),
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9",
                "userAgent": "curl/8.5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1773342238123,
        },
        "isBase64Encoded": False,
        **more,
    }


@pytest.fixture
def send(api: Api) -> Iterator[Send]:
    """Hands an event, with a member's token unless it has one, to the handler."""
    app = make_app(lambda: api.tools)

    @app.get("/echo/{rest:path}", operation_id="echo", include_in_schema=False)
    def echo(request: Request, rest: str) -> dict[str, Any]:
        return {
            "rest": rest,
            "query": request.query_params.multi_items(),
            "cookies": request.cookies,
            "long": len(request.headers.get("x-long", "")),
            "url": str(request.url),
            "client": request.client and request.client.host,
        }

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def sending(given: dict[str, Any]) -> dict[str, Any]:
        given["headers"].setdefault("authorization", f"Bearer {api.token()}")
        answered = answer(app, given, None)  # type: ignore[arg-type]
        json.dumps(answered)  # Lambda hands it on as JSON
        return answered

    yield sending
    asyncio.set_event_loop(None)
    loop.close()


def shown(answered: dict[str, Any]) -> Any:
    assert not answered["isBase64Encoded"]
    return json.loads(answered["body"])


def test_a_body_comes_as_text_or_in_base64(send: Send) -> None:
    json_type = {"content-type": "application/json"}
    plain = send(event("POST", PATH, body=ANA, headers=json_type))
    encoded = base64.b64encode(ANA.encode()).decode()
    packed = send(event("POST", PATH, body=encoded, isBase64Encoded=True, headers=json_type))
    for answered in (plain, packed):
        assert answered["statusCode"] == 201, answered
        assert shown(answered)["name"] == "Ana Søren"
        assert answered["headers"]["location"] == f"{PATH}/{shown(answered)['id']}"


def test_a_body_that_is_missing_is_a_problem_and_as_text(send: Send) -> None:
    for more in ({}, {"body": ""}, {"body": None}):
        answered = send(event("POST", PATH, headers={"content-type": "application/json"}, **more))
        assert answered["statusCode"] == 422
        assert answered["headers"]["content-type"] == "application/problem+json"
        assert shown(answered)["type"] == "urn:leadreel:problem:wrong-field"
    assert send(event("DELETE", f"{PATH}/1"))["statusCode"] == 404


def test_the_gateways_request_id_is_the_answers(send: Send) -> None:
    for answered in (send(event("GET", PATH)), send(event("GET", f"{PATH}/0"))):
        assert answered["headers"]["x-request-id"] == "JKJaXmPLvHcESHA="
    assert shown(send(event("GET", f"{PATH}/0")))["request_id"] == "JKJaXmPLvHcESHA="


def test_cookies_come_as_a_list(send: Send) -> None:
    answered = shown(send(event("GET", "/echo/x", cookies=["first=1", "second=a%20b", "third=x=y"])))
    assert answered["cookies"] == {"first": "1", "second": "a%20b", "third": "x=y"}


def test_names_in_the_query_may_come_again(send: Send) -> None:
    query = "tag=a&tag=b%2Cc&empty=&name=%C3%A9+%F0%9F%8E%AC"
    given = event(
        "GET", "/echo/x", query=query, queryStringParameters={"tag": "a,b,c", "empty": "", "name": "é 🎬"}
    )
    assert shown(send(given))["query"] == [["tag", "a"], ["tag", "b,c"], ["empty", ""], ["name", "é 🎬"]]


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/echo/a%2Fb", "a/b"),
        ("/echo/%C3%A9%20%F0%9F%8E%AC", "é 🎬"),
        ("/echo/é 🎬", "é 🎬"),  # as the HTTP API hands it on: decoded
        ("/echo/..%2F..%2Fhealth", "../../health"),
        ("/echo/100%25", "100%"),
    ],
)
def test_paths_are_decoded_once(send: Send, path: str, rest: str) -> None:
    assert shown(send(event("GET", path)))["rest"] == rest


@pytest.mark.parametrize("path", ["1%2F2", "%C3%A9", "1%00", "%E0%80%80", "1;x=y", "%F0%9F"])
def test_strange_ids_are_not_found_or_refused(send: Send, path: str) -> None:
    assert send(event("GET", f"{PATH}/{path}"))["statusCode"] in {404, 422}


def test_large_headers_arrive(send: Send) -> None:
    """The gateway takes 10,240 bytes of them."""
    assert shown(send(event("GET", "/echo/x", headers={"x-long": "x" * 9000})))["long"] == 9000
    answered = send(event("GET", PATH, headers={"authorization": "Bearer " + "x" * 9000}))
    assert answered["statusCode"] == 401


def test_names_of_headers_are_the_same_in_any_case(send: Send, api: Api) -> None:
    given = event("GET", PATH)
    given["headers"] = {"Authorization": f"Bearer {api.token()}", "HOST": "api.test", "authorization": ""}
    del given["headers"]["authorization"]
    given["headers"]["AUTHORIZATION"] = given["headers"].pop("Authorization")
    answered = answer(make_app(lambda: api.tools), given, None)  # type: ignore[arg-type]
    assert answered["statusCode"] == 200
    assert all(name == name.lower() for name in answered["headers"])


@pytest.mark.parametrize("stage", ["prod", "v1"])
def test_a_stage_is_no_part_of_the_path(send: Send, stage: str) -> None:
    assert send(event("GET", f"/{stage}{PATH}", stage=stage))["statusCode"] == 200
    assert send(event("GET", f"/{stage}", stage=stage))["statusCode"] == 404  # the root, where nothing is
    assert send(event("GET", f"/{stage}uction{PATH}", stage=stage))["statusCode"] == 404
    assert send(event("GET", PATH, stage=stage))["statusCode"] == 200  # a domain of our own has no stage


def test_head_is_get_without_a_body(send: Send) -> None:
    got, head = (send(event(method, "/health")) for method in ("GET", "HEAD"))
    assert (head["statusCode"], head["body"]) == (200, "")
    assert head["headers"]["content-length"] == got["headers"]["content-length"] != "0"
    assert send(event("HEAD", PATH, headers={"authorization": ""}))["statusCode"] == 401


def test_options_is_answered_for_what_it_is(send: Send) -> None:
    answered = send(event("OPTIONS", PATH))
    assert answered["statusCode"] == 405
    assert shown(answered)["type"] == "urn:leadreel:problem:not-allowed"
    assert answered["headers"]["allow"]


def test_where_it_came_from_is_known(send: Send) -> None:
    told = shown(send(event("GET", "/echo/x")))
    assert told["client"] == "203.0.113.9"
    assert told["url"] == "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/echo/x"


def test_four_and_a_half_megabytes_of_base64_are_too_large(send: Send) -> None:
    packed = base64.b64encode(b" " * 3_375_000).decode()
    answered = send(event("POST", PATH, body=packed, isBase64Encoded=True))
    assert answered["statusCode"] == 413
    assert shown(answered)["type"] == "urn:leadreel:problem:too-large"
