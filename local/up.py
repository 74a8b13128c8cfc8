"""`leadreel up`: serves share pages and API, and finishes what was interrupted."""

from __future__ import annotations

import asyncio
import contextlib

from sqlalchemy import select

from local.issuer.routes import sign_in_code
from local.supervisor import Runtime
from shared.accounts import open_workspace
from shared.database import Database, DatabaseUnreachable
from shared.database.models import HostedVideo, Lead, Video
from shared.settings import Settings
from shared.videos import UNENDED

POLL_SECONDS = 0.5
SHOWN = 5


async def serve(settings: Settings) -> int:
    """Serve until a signal. Returns the exit code."""
    async with Runtime(settings, port=settings.port) as runtime:
        database = Database(runtime.info.app_url)
        try:
            print(f"Leadreel serves {settings.base_url} (Ctrl-C stops it)", flush=True)
            code = sign_in_code(settings.leadreel_home)
            print(f"  the API: {settings.base_url}/docs  (sign-in code: {code})", flush=True)
            workspace_id = await asyncio.to_thread(open_workspace, database)
            telling = asyncio.create_task(_tell(settings, database, workspace_id))
            try:
                await runtime.until_signal()
            finally:
                telling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await telling
        finally:
            database.close()
    return 0


async def _tell(settings: Settings, database: Database, workspace_id: int) -> None:
    """Print the newest share pages, then each video as it ends."""
    for name, company, slug in await asyncio.to_thread(_newest, database, workspace_id):
        print(f"  {settings.base_url}/v/{slug}  {name}, {company}", flush=True)
    watched: set[int] = set()
    while True:
        try:
            ended, running = await asyncio.to_thread(_look, database, workspace_id, watched)
        except DatabaseUnreachable:  # Postgres is being started again
            await asyncio.sleep(POLL_SECONDS)
            continue
        for line in ended:
            print(line.format(base=settings.base_url), flush=True)
        for video_id in running - watched:
            print(f"making video {video_id} …", flush=True)
        watched = running
        await asyncio.sleep(POLL_SECONDS)


def _newest(database: Database, workspace_id: int) -> list[tuple[str, str, str]]:
    with database.workspace(workspace_id) as session:
        rows = session.execute(
            select(Lead.name, Lead.company, HostedVideo.slug)
            .join(Lead, Lead.id == HostedVideo.lead_id)
            .where(HostedVideo.status == "ready")
            .order_by(HostedVideo.id.desc())
            .limit(SHOWN)
        )
        return [row._tuple() for row in rows]


def _look(database: Database, workspace_id: int, watched: set[int]) -> tuple[list[str], set[int]]:
    """(a line for each watched video that has ended, the ids of those under way)."""
    lines = []
    with database.workspace(workspace_id) as session:
        running = set(
            session.scalars(select(Video.id).where(Video.status.in_(UNENDED), Video.turn.is_(None)))
        )
        for video in session.scalars(select(Video).where(Video.id.in_(watched - running))):
            if video.hosted_video_id is not None:
                slug = session.get_one(HostedVideo, video.hosted_video_id).slug
                lines.append(f"video {video.id} is ready: {{base}}/v/{slug}")
            else:
                reason = (video.reason or "").replace("{", "{{").replace("}", "}}")
                lines.append(f"video {video.id} {video.status}: {video.failed_step}: {reason}")
    return lines, running
