"""Methods that a path does not take, and ids that are none."""

from __future__ import annotations

import pytest

from tests.support.api import Api


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/leads", "GET, HEAD, POST"),
        ("POST", "/api/v1/leads/5", "DELETE, GET, HEAD, PATCH"),
        ("DELETE", "/api/v1/videos/recordings", "GET, HEAD"),
        ("GET", "/api/v1/videos/scripts/generate", "POST"),
        ("DELETE", "/api/v1/videos/voiceovers/usage", "GET, HEAD"),
        ("OPTIONS", "/api/v1/videos", "GET, HEAD, POST"),
    ],
)
def test_405_says_what_the_path_takes(api: Api, method: str, path: str, allowed: str) -> None:
    answer = api.ask(method, path)
    assert (answer.status_code, answer.json()["type"]) == (405, "urn:leadreel:problem:not-allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("said", "status"), [("abc", 404), ("-1", 404), ("0", 422), ("9" * 19, 422), ("9" * 5000, 404)]
)
def test_an_id_is_a_number(api: Api, said: str, status: int) -> None:
    assert api.ask("GET", f"/api/v1/leads/{said}").status_code == status
