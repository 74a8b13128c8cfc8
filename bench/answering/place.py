"""Where the API is measured: a home with a real Postgres, an issuer of tokens, and one hosted video."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request

from bench.serving import served
from local.environment import PASSED_ON
from local.gateway import request_event
from local.issuer.signing import APP_CLIENT, Signer
from local.postgres import Postgres
from shared.accounts import open_workspace
from shared.database import Database
from shared.database.migrating import upgrade
from shared.database.models import HostedVideo

ROOT = Path(__file__).parents[2]
REQUESTS_A_MINUTE = "1000000"
"""Requests are counted as ever, and the limit is out of reach."""


@dataclass(frozen=True)
class Place:
    """url: of Postgres, as the role that owns nothing. token: of a member of the workspace."""

    home: Path
    url: str
    workspace_id: int
    hosted_id: int
    token: str
    keys_url: str
    issuer: str

    @property
    def path(self) -> str:
        return f"/api/v1/videos/hosted/{self.hosted_id}"

    @property
    def settings(self) -> dict[str, str]:
        """By variable name, but for where Postgres is."""
        return {
            "LEADREEL_HOME": str(self.home),
            "AUTH_ISSUER": self.issuer,
            "AUTH_KEYS_URL": self.keys_url,
            "AUTH_APP_CLIENTS": APP_CLIENT,
            "API_REQUESTS_PER_MINUTE_TOKEN": REQUESTS_A_MINUTE,
            "API_REQUESTS_PER_MINUTE_WORKSPACE": REQUESTS_A_MINUTE,
        }

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that serves the API."""
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        root = {"PYTHONPATH": str(ROOT), "WORKSPACE_ID": str(self.workspace_id)}
        return kept | self.settings | root | {"DATABASE_URL": self.url}

    @property
    def event(self) -> dict[str, Any]:
        """What API Gateway hands to the function for the measured request."""
        headers = {"host": "127.0.0.1", "authorization": f"Bearer {self.token}", "user-agent": "bench"}
        scope = {
            "type": "http",
            "method": "GET",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"",
            "http_version": "1.1",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        return request_event(Request(scope), b"")


@contextlib.contextmanager
def opened() -> Iterator[Place]:
    """A place of its own, gone with the block."""
    with tempfile.TemporaryDirectory(prefix="leadreel-bench-") as folder:
        home = Path(folder)
        keys = home / "keys_site"
        keys.mkdir()
        signer = Signer(home)
        (keys / "jwks.json").write_text(json.dumps(signer.keys))
        server = Postgres(home)
        server.start()
        try:
            upgrade(server.owner_url)
            workspace_id, hosted_id = _filled(server.app_url)
            token = signer.for_user("ana@acme.example", "member", workspace_id, seconds=6 * 3600)
            with served(keys) as site:
                url = f"http://{site}/jwks.json"
                yield Place(home, server.app_url, workspace_id, hosted_id, token, url, signer.issuer)
        finally:
            server.stop()


def _filled(url: str) -> tuple[int, int]:
    """(workspace, hosted video); beside it a thousand others, so that the row is looked for."""
    database = Database(url)
    try:
        workspace_id = open_workspace(database)
        with database.workspace(workspace_id) as session:
            rows = [_row(workspace_id, number) for number in range(1000)]
            session.add_all(rows)
            session.flush()
            return workspace_id, rows[500].id
    finally:
        database.close()


def _row(workspace_id: int, number: int) -> HostedVideo:
    slug = f"bench{number:08d}"
    return HostedVideo(
        workspace_id=workspace_id,
        hosting_provider="s3",
        slug=slug,
        share_url=f"http://127.0.0.1:8000/v/{slug}",
        embed_url=f"http://127.0.0.1:8000/embed/{slug}",
        thumbnail_url=f"http://127.0.0.1:8000/media/{slug}/thumbnail.jpg",
        title="Custom demo for Acme",
        description="What Acme's shop looks like with personal videos in it.",
        tags=["demo", "acme"],
        status="ready",
    )
