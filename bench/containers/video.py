"""A video of the demo site, made with the images in a workspace of its own: no part of it was there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.containers.runtime import ContainerRuntime
from bench.containers.s3 import Bucket
from bench.containers.worker import Images, Invoked
from local.environment import allow_demo
from local.executions import JournalExecutions
from shared.accounts import open_workspace
from shared.database import Database
from shared.settings import Settings
from shared.videos import VideoRequest, VideoState, create_video, read_video

PATIENCE_SECONDS = 1200.0


@dataclass(frozen=True)
class Made:
    """invoked: what each invocation in a container took, in the order of their ends."""

    workspace_id: int
    state: VideoState
    invoked: tuple[Invoked, ...]


async def make_video(
    home: Path,
    images: Images,
    bucket: Bucket,
    workspace: str,
    *,
    memory_mb: Mapping[str, int] | None = None,
    cores: int | None = None,
    **fields: Any,
) -> Made:
    """fields: of the VideoRequest. cores: how many containers may work at once.

    Raises:
        TimeoutError: it took longer than PATIENCE_SECONDS.
    """
    settings = Settings(_env_file=None, leadreel_home=home)
    runtime = ContainerRuntime(settings, images, bucket, memory_mb, cores=cores)
    async with asyncio.timeout(PATIENCE_SECONDS), runtime:
        info = runtime.info
        database, storage = Database(info.app_url), bucket.storage()
        try:
            request = VideoRequest.parse(
                **{"name": "Ana Silva", "company": "Acme", "url": f"{info.demo_url}/", **fields}
            )
            workspace_id = open_workspace(database, workspace)
            allowed = allow_demo(settings, info.demo_url)
            asked = await asyncio.to_thread(create_video, request, workspace_id, database, storage, allowed)
            JournalExecutions(info.owner_url).start(*asked)
            await runtime.wait(asked.name)
            state = await asyncio.to_thread(
                read_video, workspace_id, asked.value["video_id"], database, storage
            )
        finally:
            database.close()
    return Made(workspace_id, state, tuple(runtime.invoked))
