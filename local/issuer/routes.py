"""The issuer over HTTP: a page to sign in on (OAuth 2.0 with PKCE, RFC 7636), tokens, and its public keys.

It stands below /auth of the edge. Paths and fields are those of Cognito's endpoints:
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from sqlalchemy import select, text
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from local.issuer.signing import APP_CLIENT, ISSUER, TOKEN_SECONDS, Signer
from local.keys import made_once
from shared.accounts import FIRST_WORKSPACE, ROLES, Role, digest, open_workspace
from shared.database import Database
from shared.database.models import MachineClient
from shared.html import template_environment

CODE_SECONDS = 60.0
REFRESH_SECONDS = 30 * 86400.0
_LONGEST_FORM = 10_000
ATTEMPTS, ATTEMPTS_SECONDS = 10, 60.0
"""So many wrong sign-in codes are looked at within so many seconds."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {}; frame-ancestors 'none'"
_PARTS = ("response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method", "state")
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True)
class _Grant:
    """What a code, or a refresh token, stands for. challenge, redirect_uri: of the code's request."""

    username: str
    role: Role
    workspace_id: int
    until: float
    challenge: str = ""
    redirect_uri: str = ""


class _Refused(Exception):
    """An OAuth error (RFC 6749, 5.2): its code, and a sentence."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.code, self.status = code, status


class Issuer:
    """home: of the key and of the sign-in code. database: where workspaces and machine clients are."""

    def __init__(self, home: Path, database: Database) -> None:
        self.signer = Signer(home)
        self.sign_in_code = sign_in_code(home)
        self._database = database
        self._codes: dict[str, _Grant] = {}
        self._refresh: dict[str, _Grant] = {}
        self._wrong: list[float] = []
        self._page = template_environment(Path(__file__).parent).get_template("sign_in.html")

    @property
    def routes(self) -> Mount:
        return Mount(
            "/auth",
            routes=[
                Route("/.well-known/jwks.json", self._keys),
                Route("/oauth2/authorize", self._ask, methods=["GET"]),
                Route("/oauth2/authorize", self._sign_in, methods=["POST"]),
                Route("/oauth2/token", self._token, methods=["POST"]),
            ],
        )

    async def _keys(self, request: Request) -> Response:
        return JSONResponse(self.signer.keys, headers={"Cache-Control": "public, max-age=60"})

    async def _ask(self, request: Request) -> Response:
        try:
            asked = _asked(request.query_params, request)
        except _Refused as error:
            return self._show(request, {}, str(error), 400)
        return self._show(request, asked)

    async def _sign_in(self, request: Request) -> Response:
        form = await _form(request)
        try:
            asked = _asked(form, request)
        except _Refused as error:
            return self._show(request, {}, str(error), 400)
        if not self._knows(form.get("sign_in_code", "")):
            return self._show(
                request,
                asked,
                "That is not the code that `leadreel up` printed, or too many were tried.",
                403,
            )
        role: Role = next((role for role in ROLES if role == form.get("role")), "owner")
        workspace = (form.get("workspace") or FIRST_WORKSPACE)[:200]
        grant = _Grant(
            username=(form.get("username") or "owner")[:200],
            role=role,
            workspace_id=await asyncio.to_thread(open_workspace, self._database, workspace),
            until=time.monotonic() + CODE_SECONDS,
            challenge=asked["code_challenge"],
            redirect_uri=asked["redirect_uri"],
        )
        code = secrets.token_urlsafe(24)
        self._codes = {code: grant, **_fresh(self._codes)}
        answer = {"code": code} | ({"state": asked["state"]} if asked["state"] else {})
        joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
        return RedirectResponse(f"{asked['redirect_uri']}{joint}{urlencode(answer)}", 303)

    async def _token(self, request: Request) -> Response:
        try:
            answer = await self._answer(request)
        except _Refused as error:
            body = {"error": error.code, "error_description": str(error)}
            return JSONResponse(body, error.status, headers={"Cache-Control": "no-store"})
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def _answer(self, request: Request) -> dict[str, str | int]:
        form = await _form(request)
        match form.get("grant_type"):
            case "authorization_code":
                grant = self._codes.pop(form.get("code", ""), None)
                if grant is None or grant.until < time.monotonic():
                    raise _Refused("invalid_grant", "the code is unknown, was used, or is too old")
                if grant.redirect_uri != form.get("redirect_uri") or form.get("client_id") != APP_CLIENT:
                    raise _Refused("invalid_grant", "the code is for another application")
                if not hmac.compare_digest(_challenge(form.get("code_verifier", "")), grant.challenge):
                    raise _Refused("invalid_grant", "the code verifier is not the one of the challenge")
                return self._issue(grant)
            case "refresh_token":
                grant = _fresh(self._refresh).get(form.get("refresh_token", ""))
                if grant is None:
                    raise _Refused("invalid_grant", "the refresh token is unknown, or too old")
                return self._issue(grant, refresh=False)
            case "client_credentials":
                client_id, secret = _credentials(request, form)
                if not await asyncio.to_thread(self._is_client, client_id, secret):
                    raise _Refused("invalid_client", "no such client, or not its secret", 401)
                return _answer(self.signer.for_machine(client_id))
            case _:
                raise _Refused(
                    "unsupported_grant_type", "grants: authorization_code, refresh_token, client_credentials"
                )

    def _issue(self, grant: _Grant, *, refresh: bool = True) -> dict[str, str | int]:
        answer = _answer(self.signer.for_user(grant.username, grant.role, grant.workspace_id))
        if refresh:
            token = secrets.token_urlsafe(32)
            until = time.monotonic() + REFRESH_SECONDS
            kept = _Grant(grant.username, grant.role, grant.workspace_id, until)
            self._refresh = {token: kept, **_fresh(self._refresh)}
            answer["refresh_token"] = token
        return answer

    def _is_client(self, client_id: str, secret: str) -> bool:
        with self._database.transaction() as session:
            session.execute(text("SELECT set_config('leadreel.client_id', :id, true)"), {"id": client_id})
            client = session.scalars(
                select(MachineClient).where(MachineClient.client_id == client_id)
            ).first()
        if client is None or client.secret_hash is None or client.revoked_at is not None:
            return False
        return hmac.compare_digest(digest(secret), client.secret_hash)

    def _knows(self, code: str) -> bool:
        now = time.monotonic()
        self._wrong = [at for at in self._wrong if at > now - ATTEMPTS_SECONDS]
        if len(self._wrong) >= ATTEMPTS:
            return False
        if hmac.compare_digest(code.strip().encode(), self.sign_in_code.encode()):
            return True
        self._wrong.append(now)
        return False

    def _show(
        self, request: Request, asked: Mapping[str, str], error: str = "", status: int = 200
    ) -> Response:
        page = self._page.render(asked=asked, error=error, roles=ROLES, workspace=FIRST_WORKSPACE)
        policy = _POLICY.format(_origin(asked["redirect_uri"]) if asked else "")
        headers = {"Content-Security-Policy": policy.strip(), "Cache-Control": "no-store"}
        return HTMLResponse(page, status, headers | {"Referrer-Policy": "no-referrer"})


def sign_in_code(home: Path) -> str:
    """What a person types to sign in on this machine; `leadreel up` prints it."""
    return made_once(home.absolute() / "keys" / "sign-in", lambda: secrets.token_urlsafe(9).encode())


def _asked(given: Mapping[str, str], request: Request) -> dict[str, str]:
    """The parts of an authorization request. Raises _Refused, which must not be sent to the redirect URI."""
    asked = {name: given.get(name, "") for name in _PARTS}
    if asked["client_id"] != APP_CLIENT:
        raise _Refused("invalid_client", "The application that sent you here is not known.")
    if _origin(asked["redirect_uri"]) != f"{request.url.scheme}://{request.url.netloc}":
        raise _Refused(
            "invalid_request", "The application wants you to be sent to another address than this one."
        )
    if asked["response_type"] != "code" or asked["code_challenge_method"] != "S256":
        raise _Refused("invalid_request", "The application must ask for a code, with PKCE by S256.")
    if not _CHALLENGE.fullmatch(asked["code_challenge"]):
        raise _Refused("invalid_request", "The application's code challenge is not one.")
    return asked


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _credentials(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    """As HTTP Basic, else in the form (RFC 6749, 2.3.1)."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _Refused("invalid_client", "the credentials are not in base64", 401) from error
    return client_id, secret


async def _form(request: Request) -> dict[str, str]:
    """Of application/x-www-form-urlencoded, which is all that OAuth has."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413)
    return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=20))


def _fresh(grants: Mapping[str, _Grant]) -> dict[str, _Grant]:
    now = time.monotonic()
    return {token: grant for token, grant in grants.items() if grant.until > now}


def _answer(token: str) -> dict[str, str | int]:
    return {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}


__all__ = ["ISSUER", "Issuer", "sign_in_code"]
