"""Who gets in: forged tokens, unknown keys, and every route for every role."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.api.signing_in import Door
from local.issuer.signing import APP_CLIENT, Signer
from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import MachineClient
from shared.workflow import Tools
from tests.support.api import Api

PATH = "/api/v1/leads"
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(signer: Signer) -> bytes:
    public = signer._key.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forgeries(api: Api) -> Iterator[tuple[str, str]]:
    """What somebody without the key, or with a token for something else, would try."""
    good = api.token("admin")
    head, body, signature = good.split(".")
    header, claims = jwt.get_unverified_header(good), jwt.decode(good, options={"verify_signature": False})
    now = int(time.time())

    def signed(changes: dict[str, Any], key: Any = None, algorithm: str = "RS256", **headers: Any) -> str:
        said = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return jwt.encode(said, key or api.signer._key, algorithm, {"kid": header["kid"], **headers})

    yield "nothing", ""
    yield "no token", "hello"
    yield "two parts", f"{head}.{body}"
    yield "no signature", f"{head}.{body}."
    yield "another signature", f"{head}.{body}.{_part(b'x' * 256)}"
    yield "another body", f"{head}.{_part({**claims, 'cognito:groups': ['owner']})}.{signature}"
    yield "alg none", f"{_part({'alg': 'none', 'kid': header['kid']})}.{body}."
    yield "alg None, as written", f"{_part({'alg': 'None', 'kid': header['kid']})}.{body}.{signature}"
    hs256 = _part({"alg": "HS256", "kid": header["kid"], "typ": "JWT"})
    import hashlib
    import hmac

    for name, key in (
        ("PEM", _pem(api.signer)),
        ("PEM without its last line break", _pem(api.signer).rstrip()),
    ):
        mac = hmac.new(key, f"{hs256}.{body}".encode(), hashlib.sha256).digest()
        yield f"HS256 with the public key as {name}", f"{hs256}.{body}.{_part(mac)}"
    yield "RS512", signed({}, algorithm="RS512")
    yield "a stranger's key", signed({}, STRANGER)
    yield "a stranger's key, by another id", signed({}, STRANGER, kid="stranger")
    yield "no key id", jwt.encode(claims, api.signer._key, "RS256")
    jku = {"jku": f"{api.issuer.url}", "kid": "elsewhere"}
    yield "a stranger's key, by jku", signed({}, STRANGER, **jku)
    yield "a stranger's key, by x5u", signed({}, STRANGER, x5u="https://evil.example/", kid="elsewhere")
    own = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key()))
    yield "a stranger's key, by jwk", signed({}, STRANGER, jwk=own)
    yield "another pool", signed({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"})
    yield "another application", signed({"client_id": "somebody-elses"})
    yield "an ID token", signed({"token_use": "id", "aud": APP_CLIENT})
    yield "no use", signed({"token_use": None})
    yield "an ID token without client", signed({"token_use": "id", "client_id": None, "aud": APP_CLIENT})
    yield "expired", signed({"exp": now - 3600, "iat": now - 7200})
    yield "without an end", signed({"exp": None})
    yield "not yet valid", signed({"nbf": now + 3600})
    yield "issued tomorrow", signed({"iat": now + 86400, "exp": now + 90000})
    yield "a machine that calls itself another", signed({"username": None})
    yield "a workspace that is no number", signed({"workspace_id": "1 OR 1=1"})
    yield "groups that are no list", signed({"cognito:groups": {"owner": True}})
    yield "too long", signed({"filler": "x" * 9000})


def test_forged_tokens_open_nothing(api: Api) -> None:
    tried = list(forgeries(api))
    assert len(tried) >= 25
    answers = {
        name: api.client.get(PATH, headers={"Authorization": f"Bearer {token}"}) for name, token in tried
    }
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 401} == {}
    for answer in answers.values():
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"] == "urn:leadreel:problem:not-signed-in"
    assert api.ask("GET", PATH).status_code == 200


def test_a_thousand_unknown_keys_ask_the_issuer_once(api: Api) -> None:
    started = time.monotonic()
    for number in range(1000):
        token = jwt.encode({"iss": api.signer.issuer}, STRANGER, "RS256", {"kid": f"unknown-{number}"})
        answer = api.client.get(PATH, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    assert api.issuer.hits <= 1 + (time.monotonic() - started) // 10
    assert api.ask("GET", PATH).status_code == 200


def test_a_new_key_of_the_issuer_is_found(api: Api, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert api.ask("GET", PATH).status_code == 200
    successor = Signer(tmp_path_factory.mktemp("new"), api.signer.issuer)
    api.issuer.keys = successor.keys
    token = successor.for_user("ana", "member", api.workspace_id)
    deadline = time.monotonic() + 30
    while api.client.get(PATH, headers={"Authorization": f"Bearer {token}"}).status_code == 401:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert api.issuer.hits == 2


def test_requests_that_come_first_together_wait_for_one_fetch(
    api: Api, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two processes, four requests in each, before anybody knows a key of this issuer."""
    issuer = Signer(tmp_path_factory.mktemp("cold"), "https://cold.example/issuer")
    api.issuer.keys, before = issuer.keys, api.issuer.hits
    api.issuer.pause_seconds = 0.5
    token = issuer.for_user("ana", "member", api.workspace_id)
    settings = api.tools.settings.model_copy(update={"auth_issuer": issuer.issuer})
    tools = Tools(settings, api.storage)
    tools.__dict__["database"] = database
    with ThreadPoolExecutor(8) as threads:
        doors = [Door(), Door()] * 4
        found = list(threads.map(lambda door: door.recognise(token, tools), doors))
    assert {principal.role for principal in found} == {"member"}
    assert api.issuer.hits == before + 1


def test_machines_are_who_our_table_says(api: Api, database: Database) -> None:
    def ask(client_id: str) -> Any:
        token = api.signer.for_machine(client_id)
        return api.client.get(PATH, headers={"Authorization": f"Bearer {token}"})

    client_id = f"machine-{api.workspace_id}"
    assert ask(client_id).status_code == 403
    with database.workspace(api.workspace_id) as session:
        session.add(
            MachineClient(workspace_id=api.workspace_id, client_id=client_id, name="CRM", role="viewer")
        )
    api.ask("POST", PATH, json={"name": "Ana", "company": "Acme"})
    assert len(ask(client_id).json()["items"]) == 1
    with database.workspace(api.workspace_id) as session:
        session.query(MachineClient).filter_by(client_id=client_id).one().revoked_at = _now()
    assert ask(client_id).status_code == 403


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def test_a_program_is_let_in_until_it_is_revoked(api: Api, database: Database) -> None:
    added = api.ask("POST", "/api/v1/machine-clients", role="owner", json={"name": "CRM", "role": "viewer"})
    assert added.status_code == 201
    assert len(added.json()["client_secret"]) == 43
    again = api.ask("GET", added.headers["location"], role="owner").json()
    assert again == added.json() | {"client_secret": None}
    assert added.json()["client_secret"] not in api.ask("GET", "/api/v1/audit", role="owner").text

    token = {"Authorization": f"Bearer {api.signer.for_machine(again['client_id'])}"}
    assert api.client.get(PATH, headers=token).status_code == 200
    assert api.client.post(PATH, headers=token, json={"name": "Ana", "company": "Acme"}).status_code == 403
    assert api.ask("DELETE", added.headers["location"], role="owner").status_code == 204
    assert api.client.get(PATH, headers=token).status_code == 403

    other = open_workspace(database, f"other than {api.workspace_id}")
    theirs = {"name": "x", "role": "owner", "client_id": again["client_id"]}
    taken = api.ask("POST", "/api/v1/machine-clients", role="owner", workspace_id=other, json=theirs)
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:leadreel:problem:conflict")
