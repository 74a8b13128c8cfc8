"""Beacons become rows on one machine: edge, log file, supervisor, function, Postgres."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from local.supervisor import Runtime
from shared.accounts import open_workspace
from shared.analytics import VIEW_LOGS
from shared.database import Database
from shared.database.models import HostedVideo
from shared.settings import Settings
from shared.storage import FileStorage
from tests.support.parts import Parts
from tests.support.processes import eventually

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36"


def hosted_video(parts: Parts) -> tuple[int, str]:
    hosted = parts.hosted(composed_video_id=parts.composed(duration_seconds=30.0))
    return hosted, parts.get(HostedVideo, hosted).slug


async def beacon(url: str, slug: str, view: str) -> int:
    async with httpx.AsyncClient(headers={"User-Agent": CHROME}) as client:
        return (await client.post(f"{url}/b?s={slug}&v={view}&w=0-9")).status_code


async def test_beacons_are_counted_and_their_files_go(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, leadreel_home=tmp_path)
    storage = FileStorage(settings.storage_path)
    async with Runtime(settings, port=0) as runtime:
        database = Database(runtime.info.app_url)
        parts = Parts(database, storage, await asyncio.to_thread(open_workspace, database, "x"))
        hosted, slug = await asyncio.to_thread(hosted_video, parts)
        assert await beacon(runtime.info.url, slug, "a" * 32) == 204

        def is_counted() -> bool:
            return bool(parts.get(HostedVideo, hosted).view_count) and not [*storage.keys(VIEW_LOGS)]

        assert await asyncio.to_thread(eventually, is_counted, 60)
        runtime.check()
        assert await beacon(runtime.info.url, slug, "b" * 32) == 204
        database.close()
    left = [*storage.keys(VIEW_LOGS)]  # unless it was counted in the same moment, it waits for the next start
    assert len(left) <= 1
