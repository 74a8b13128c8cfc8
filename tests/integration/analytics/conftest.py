from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from shared.analytics import VIEW_LOGS, Hit, HostedAnalytics, hosted_analytics, ingest_views, log_line
from shared.database import Database
from shared.database.models import HostedVideo, VideoView, WebhookDelivery
from shared.settings import Settings
from shared.storage import FileStorage
from shared.webhooks import WebhookFields, add_webhook
from shared.workflow import Tools
from tests.support.api import SECRETS_KEY
from tests.support.parts import Parts

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def line(slug: str, view: str, watched: str = "", **changes: Any) -> bytes:
    """Of a beacon. at: seconds after noon."""
    at = NOON + timedelta(seconds=changes.pop("at", 0))
    query = f"s={slug}&v={view}&w={watched}"
    made = {"at": at, "address": "192.0.2.7", "agent": CHROME, "path": "/b", "query": query}
    return log_line(Hit(**({"status": "204", "country": None} | made | changes)), "POST", "id")


@dataclass
class Watched:
    """A workspace whose hosted videos are watched."""

    parts: Parts
    tools: Tools

    def video(self, seconds: float = 30.0, **fields: Any) -> tuple[int, str]:
        """A hosted one: its id and slug."""
        composed = self.parts.composed(duration_seconds=seconds)
        hosted = self.parts.hosted(composed_video_id=composed, lead_id=self.parts.lead(), **fields)
        return hosted, self.parts.get(HostedVideo, hosted).slug

    def put(self, *lines: bytes) -> str:
        key = f"{VIEW_LOGS}local.2026-11-20-12.{uuid4().hex[:8]}.gz"
        self.tools.storage.put(key, gzip.compress(b"".join(lines)))
        return key

    def ingest(self, *lines: bytes) -> int:
        """The rows that a file of these lines changed."""
        return ingest_views({"keys": [self.put(*lines)]}, self.tools)["views"]

    def rows(self, hosted: int) -> list[dict[str, Any]]:
        """Of its views, without ids and times of their own."""
        with self.parts.database.workspace(self.parts.workspace_id) as session:
            found = select(VideoView).where(VideoView.hosted_video_id == hosted).order_by(VideoView.view_id)
            left_out = {"id", "created_at"}
            columns = [c.name for c in VideoView.__table__.columns if c.name not in left_out]
            return [{name: getattr(row, name) for name in columns} for row in session.scalars(found)]

    def row(self, hosted: int) -> dict[str, Any]:
        [row] = self.rows(hosted)
        return row

    def analytics(self, hosted: int) -> HostedAnalytics:
        with self.parts.database.workspace(self.parts.workspace_id) as session:
            return hosted_analytics(session, hosted)

    def counted(self, hosted: int) -> tuple[int, int]:
        row = self.parts.get(HostedVideo, hosted)
        return row.view_count, row.unique_viewers

    def listen(self, url: str = "http://127.0.0.1:9/hook") -> str:
        """A webhook for views; its secret."""
        fields = WebhookFields(url=url, events=("video.viewed",))
        with self.parts.database.workspace(self.parts.workspace_id) as session:
            return add_webhook(session, self.parts.workspace_id, fields, self.tools.settings).secret or ""

    def told(self) -> list[dict[str, Any]]:
        """The data of events that were written down."""
        with self.parts.database.workspace(self.parts.workspace_id) as session:
            found = select(WebhookDelivery).order_by(WebhookDelivery.id)
            return [row.payload["data"] for row in session.scalars(found)]


@pytest.fixture(autouse=True)
def alone(nothing_to_send: None) -> None:
    """Nothing of others is sent."""


@pytest.fixture
def watched(database: Database, workspace_id: int, tmp_path: Path) -> Watched:
    settings = Settings(
        leadreel_home=tmp_path, secrets_key=SECRETS_KEY, webhook_allow_hosts=("127.0.0.1:9",), _env_file=None
    )
    tools = Tools(settings, FileStorage(settings.storage_path))
    tools.__dict__["database"] = database
    return Watched(Parts(database, tools.storage, workspace_id), tools)
