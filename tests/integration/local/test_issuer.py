"""Signing in on one machine: the page, PKCE, and programs with a secret."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from starlette.applications import Starlette

from local.issuer.routes import ATTEMPTS, Issuer
from local.issuer.signing import APP_CLIENT, ISSUER
from shared.accounts import TokenVerifier, open_workspace
from shared.database import Database
from shared.database.models import MachineClient
from tests.support.in_process import asking

BACK = "http://api.test/docs/oauth2-redirect"


@pytest.fixture
def issuer(database: Database, tmp_path: Path) -> Issuer:
    return Issuer(tmp_path, database)


@pytest.fixture
def browser(issuer: Issuer) -> Iterator[httpx.Client]:
    with asking(Starlette(routes=[issuer.routes])) as client:
        yield client


class Known:
    """The port `Keys` over the issuer's document."""

    def __init__(self, browser: httpx.Client) -> None:
        self.keys = browser.get("/auth/.well-known/jwks.json").json()["keys"]

    def find(self, key_id: str) -> Any:
        return next((key for key in self.keys if key["kid"] == key_id), None)


def asked(**changes: str) -> tuple[dict[str, str], str]:
    """(the parts of an authorization request, the verifier of its challenge)"""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parts = {
        "response_type": "code",
        "client_id": APP_CLIENT,
        "redirect_uri": BACK,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "state": "a&b=c",
    }
    return {**parts, **changes}, verifier


def sign_in(browser: httpx.Client, issuer: Issuer, parts: dict[str, str], **form: str) -> Any:
    return browser.post("/auth/oauth2/authorize", data={**parts, "sign_in_code": issuer.sign_in_code, **form})


def redeem(browser: httpx.Client, code: str, verifier: str, **changes: str) -> Any:
    form = {"grant_type": "authorization_code", "client_id": APP_CLIENT, "redirect_uri": BACK}
    return browser.post(
        "/auth/oauth2/token", data={**form, "code": code, "code_verifier": verifier, **changes}
    )


def code_of(answer: Any) -> str:
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["a&b=c"]
    return query["code"][0]


def test_a_person_signs_in(browser: httpx.Client, issuer: Issuer, database: Database) -> None:
    parts, verifier = asked()
    page = browser.get("/auth/oauth2/authorize", params=parts)
    assert page.status_code == 200 and "Sign-in code" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    assert hidden["state"] == "a&amp;b=c" and set(hidden) == set(parts)

    code = code_of(sign_in(browser, issuer, parts, role="finance", workspace="Acme"))
    answer = redeem(browser, code, verifier)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    claims = TokenVerifier(ISSUER, [APP_CLIENT], Known(browser)).verify(answer.json()["access_token"])
    assert claims.workspace_id == open_workspace(database, "Acme")
    assert claims.groups == ("finance",)
    assert redeem(browser, code, verifier).json()["error"] == "invalid_grant"  # a code is good once

    again = browser.post(
        "/auth/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]},
    )
    assert again.status_code == 200 and again.json()["access_token"]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/docs/oauth2-redirect"},
        {"redirect_uri": "http://api.test.evil.example/"},
        {"redirect_uri": "http://api.test@evil.example/"},
        {"redirect_uri": "//evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
        {"client_id": "another"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
    ],
)
def test_another_request_is_sent_nowhere(
    browser: httpx.Client, issuer: Issuer, changes: dict[str, str]
) -> None:
    parts, _ = asked(**changes)
    for answer in (browser.get("/auth/oauth2/authorize", params=parts), sign_in(browser, issuer, parts)):
        assert answer.status_code == 400 and "location" not in answer.headers
        assert "<form" not in answer.text


def test_a_wrong_code_lets_nobody_in_and_many_close_the_door(browser: httpx.Client, issuer: Issuer) -> None:
    parts, _ = asked()
    for _ in range(ATTEMPTS):
        assert sign_in(browser, issuer, parts, sign_in_code="guess").status_code == 403
    assert sign_in(browser, issuer, parts).status_code == 403


def test_a_stolen_code_is_worth_nothing(browser: httpx.Client, issuer: Issuer) -> None:
    parts, verifier = asked()
    for changes in (
        {"code_verifier": "x" * 43},
        {"client_id": "another"},
        {"redirect_uri": "http://x.example/"},
    ):
        code = code_of(sign_in(browser, issuer, parts))
        assert redeem(browser, code, verifier, **changes).json()["error"] == "invalid_grant"


def test_what_is_typed_is_shown_as_text(browser: httpx.Client) -> None:
    parts, _ = asked(state='"><script>alert(1)</script>')
    assert "<script" not in browser.get("/auth/oauth2/authorize", params=parts).text


def test_a_program_signs_in_with_its_secret(
    browser: httpx.Client, issuer: Issuer, database: Database, workspace_id: int
) -> None:
    secret, client_id = secrets.token_urlsafe(32), f"crm-{workspace_id}"
    with database.workspace(workspace_id) as session:
        session.add(
            MachineClient(
                workspace_id=workspace_id,
                client_id=client_id,
                name="CRM",
                role="member",
                secret_hash=hashlib.sha256(secret.encode()).hexdigest(),
            )
        )
    form = {"grant_type": "client_credentials"}
    answer = browser.post("/auth/oauth2/token", data=form, auth=(client_id, secret))
    assert answer.status_code == 200
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["client_id"]) == (client_id, client_id)
    for wrong in ((client_id, "guess"), ("nobody", secret), ("", "")):
        assert browser.post("/auth/oauth2/token", data=form, auth=wrong).status_code == 401
    assert browser.post("/auth/oauth2/token", data={"grant_type": "password"}).status_code == 400


def test_a_long_form_is_refused(browser: httpx.Client) -> None:
    assert browser.post("/auth/oauth2/token", content=b"x" * 20_000).status_code == 413
