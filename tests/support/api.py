"""The API in this process, its callers, and an issuer whose keys are counted."""

from __future__ import annotations

import atexit
import base64
import json
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr

from functions.api.app import make_app
from functions.catalogue import read_limits
from local.issuer.signing import APP_CLIENT, ISSUER, Signer
from shared.accounts import Role
from shared.database import Database
from shared.settings import Settings
from shared.storage import Storage, open_storage
from shared.workflow import Tools
from tests.support.in_process import asking

LINK_KEY = SecretStr(base64.urlsafe_b64encode(b"l" * 32).decode())
SECRETS_KEY = SecretStr(Fernet.generate_key().decode())


class KeyServer:
    """A JWKS document on loopback. hits: how often it was asked for. pause_seconds: before each answer."""

    def __init__(self, keys: dict[str, Any]) -> None:
        self.keys, self.hits, self.pause_seconds = keys, 0, 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.hits += 1
                time.sleep(outer.pause_seconds)
                body = json.dumps(outer.keys).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks.json"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> KeyServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class Api:
    """The application with its own issuer. storage: all of it, where tools have what `api` is granted."""

    client: httpx.Client
    signer: Signer
    issuer: KeyServer
    tools: Tools
    storage: Storage
    workspace_id: int
    tokens: dict[tuple[str, int], str] = field(default_factory=dict)

    def token(self, role: Role = "member", workspace_id: int | None = None) -> str:
        whose = self.workspace_id if workspace_id is None else workspace_id
        if (role, whose) not in self.tokens:
            self.tokens[role, whose] = self.signer.for_user(f"{role}@{whose}", role, whose)
        return self.tokens[role, whose]

    def ask(
        self,
        method: str,
        path: str,
        *,
        role: Role | None = "member",
        workspace_id: int | None = None,
        **options: Any,
    ) -> Any:
        """role: None asks without a token."""
        headers = dict(options.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.token(role, workspace_id)}"
        return self.client.request(method, path, headers=headers, **options)


@cache
def _key_home() -> str:
    folder = tempfile.mkdtemp(prefix="leadreel-issuer-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def served_api(database: Database, workspace_id: int, home: Path, **settings: Any) -> Iterator[Api]:
    """home: of the storage; the issuer's key is the same in all tests, for making one takes half a second."""
    signer = Signer(Path(_key_home()), f"{ISSUER}/{secrets.token_hex(8)}")  # keys are kept by issuer
    with KeyServer(signer.keys) as issuer:
        read = Settings(
            leadreel_home=home,
            auth_issuer=signer.issuer,
            auth_keys_url=issuer.url,
            auth_app_clients=(APP_CLIENT,),
            storage_grants=read_limits()["api"].grants("api"),
            **{"link_signing_key": LINK_KEY, "secrets_key": SECRETS_KEY, **settings},
        )
        storage = open_storage(read.model_copy(update={"storage_grants": None}))
        tools = Tools(read, open_storage(read))
        tools.__dict__["database"] = database
        with asking(make_app(lambda: tools)) as client:
            yield Api(client, signer, issuer, tools, storage, workspace_id)
