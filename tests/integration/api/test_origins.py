"""Pages of other sites: let in as the setting says, and told what they need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shared.database import Database
from shared.settings import Settings
from tests.support.api import Api, served_api

PATH = "/api/v1/leads"
OURS, THEIRS = "https://app.example.com", "https://evil.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization, if-match",
}


@pytest.fixture
def opened(database: Database, workspace_id: int, tmp_path: Path) -> Any:
    with served_api(database, workspace_id, tmp_path, api_cors_origins=(OURS,)) as api:
        yield api


def test_a_preflight_needs_no_token(opened: Api) -> None:
    answer = opened.client.options(f"{PATH}/1", headers={"Origin": OURS, **PREFLIGHT})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == OURS
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {"authorization", "idempotency-key", "if-match", "if-none-match"} <= set(allowed.split(", "))
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-request-id"]


def test_every_answer_may_be_read_with_its_headers(opened: Api) -> None:
    origin = {"Origin": OURS}
    shown = opened.ask("GET", PATH, headers=origin)
    refused = opened.ask("GET", PATH, role=None, headers=origin)
    large = opened.ask("POST", PATH, content=b" " * 2_000_000, headers=origin)
    opened.tools.__dict__["database"] = object()  # a fault that nobody expected
    broken = opened.ask("GET", PATH, headers=origin)
    codes = [answer.status_code for answer in (shown, refused, large, broken)]
    assert codes == [200, 401, 413, 500]
    for answer in (shown, refused, large, broken):
        assert answer.headers["access-control-allow-origin"] == OURS
        assert answer.headers["vary"] == "Origin"
        assert answer.headers["x-request-id"]
        exposed = set(answer.headers["access-control-expose-headers"].split(", "))
        assert exposed >= {
            "ETag",
            "Location",
            "Link",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
            "X-Request-Id",
        }
    assert broken.json()["type"] == "urn:leadreel:problem:broken"


def test_another_site_is_not_let_in(opened: Api) -> None:
    assert opened.client.options(PATH, headers={"Origin": THEIRS, **PREFLIGHT}).status_code == 400
    for origin in (THEIRS, "null", f"{OURS}.evil.example", OURS.upper()):
        answer = opened.ask("GET", PATH, headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers, origin


def test_without_the_setting_nobody_is(api: Api) -> None:
    answer = api.client.options(PATH, headers={"Origin": OURS, **PREFLIGHT})
    assert answer.status_code == 405 and answer.json()["type"] == "urn:leadreel:problem:not-allowed"
    assert "access-control-allow-origin" not in api.ask("GET", PATH, headers={"Origin": OURS}).headers


def test_origins_are_a_list_of_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_CORS_ORIGINS", f"{OURS}, http://localhost:5173")
    assert Settings(_env_file=None).api_cors_origins == (OURS, "http://localhost:5173")
    for wrong in ("app.example.com", f"{OURS}/", "https://"):
        monkeypatch.setenv("API_CORS_ORIGINS", wrong)
        with pytest.raises(ValueError, match="is no origin"):
            Settings(_env_file=None)


def test_every_answer_has_the_headers_of_owasps_list(api: Api) -> None:
    """https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers"""
    for answer in (api.ask("GET", PATH), api.ask("GET", PATH, role=None), api.client.get("/nowhere")):
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["content-type"] in {"application/json", "application/problem+json"}
        assert headers["strict-transport-security"].startswith("max-age=")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert not {"server", "x-powered-by"} & set(headers)
