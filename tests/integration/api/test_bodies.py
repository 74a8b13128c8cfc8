"""Bodies that are too large, or hold what can't be kept: refused with a reason, never 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.bodies import DEEPEST, LARGEST_BODY
from tests.support.api import Api

PATH = "/api/v1/leads"
ANA = {"name": "Ana", "company": "Acme"}
TYPE = {"Content-Type": "application/json"}


def nested(depth: int) -> bytes:
    return b'{"name": "Ana", "company": "Acme", "variables": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


def lead(value: str) -> bytes:
    return b'{"name": "Ana", "company": "Acme", "notes": %s}' % value.encode()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(nested(100_000), id="a nesting bomb"),
        pytest.param(nested(DEEPEST), id="one too deep"),
        pytest.param(b"[" * 400_000, id="lists without end"),
        pytest.param(lead(r'"a\u0000b"'), id="NUL"),
        pytest.param(
            b'{"name": "Ana", "company": "Acme", "variables": {"a\\u0000": "b"}}', id="NUL in a name"
        ),
        pytest.param(lead(r'"\ud800"'), id="a lone surrogate"),
        pytest.param(lead("NaN"), id="NaN"),
        pytest.param(lead("-Infinity"), id="infinity"),
        pytest.param(b'{"name": "Ana", "company": "Acme", "variables": {"a": 1e999}}', id="beyond a float"),
        pytest.param(
            b'{"name": "Ana", "company": "Acme", "variables": {"a": %s}}' % (b"9" * 5000), id="huge"
        ),
        pytest.param(lead("1" * 100), id="a number for a text"),
        pytest.param(lead('"a\nb"'), id="a raw control character"),
        pytest.param(b'{"name": "An\xe9", "company": "Acme"}', id="no UTF-8"),
        pytest.param(json.dumps(ANA).encode("utf-16"), id="UTF-16"),
        pytest.param(b'{"name": "Ana", ', id="no JSON"),
        pytest.param(b"null", id="null"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_can_not_be_kept_is_refused(api: Api, body: bytes) -> None:
    answer = api.ask("POST", PATH, content=body, headers=TYPE)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:leadreel:problem:wrong-field"), (
        answer.text
    )
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


def test_what_can_be_kept_is(api: Api) -> None:
    fields = {**ANA, "notes": "\U0010ffff", "variables": {"first": "été 🎬"}}
    body = json.dumps(fields)  # which spells them as escaped pairs of surrogates
    assert r"\ud83c\udfac" in body
    answer = api.ask("POST", PATH, content=body.encode(), headers=TYPE)
    assert answer.status_code == 201, answer.text
    assert answer.json()["variables"] == {"first": "été 🎬"}


@pytest.mark.parametrize(
    "path", [f"{PATH}?company=a%00b", f"{PATH}?cursor=%00", f"{PATH}?sort=%00", "/api/v1/leads/%00"]
)
def test_nul_in_an_address_is_refused(api: Api, path: str) -> None:
    assert api.ask("GET", path).status_code == 422


def test_a_number_that_no_column_holds(api: Api) -> None:
    assert api.ask("GET", f"{PATH}/{2**31}").status_code == 422
    assert api.ask("GET", f"{PATH}/{'9' * 5000}").status_code == 404  # no id: not a path of ours


def too_large(answer: Any) -> bool:
    document = answer.json()
    return (answer.status_code, document["type"]) == (413, "urn:leadreel:problem:too-large")


def test_a_body_may_be_as_long_as_it_may_and_not_longer(api: Api) -> None:
    body = json.dumps({**ANA, "notes": "x" * 100}).encode()
    padded = body + b" " * (LARGEST_BODY - len(body))
    assert api.ask("POST", PATH, content=padded, headers=TYPE).status_code == 201
    assert too_large(api.ask("POST", PATH, content=padded + b" ", headers=TYPE))
    assert too_large(api.client.post("/health", content=padded + b" "))  # whoever asks, for whatever


def test_parts_without_a_length_are_counted(api: Api) -> None:
    sent = 0

    def parts() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(40):
            sent += 100_000
            yield b" " * 100_000

    answer = api.ask("POST", PATH, content=parts(), headers=TYPE)
    assert "content-length" not in answer.request.headers and too_large(answer)


def test_a_length_that_is_a_lie_changes_nothing(api: Api) -> None:
    headers = {**TYPE, "Content-Length": "5"}
    answer = api.ask("POST", PATH, content=iter([b" " * (LARGEST_BODY + 1)]), headers=headers)
    assert too_large(answer)
    assert too_large(api.ask("POST", PATH, content=b"{}", headers={**TYPE, "Content-Length": "9" * 5000}))
