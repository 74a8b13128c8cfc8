"""`leadreel delete`: take a video off its page and forget it."""

from __future__ import annotations

from local.joining import Joined
from shared.accounts import open_workspace
from shared.database import Database
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import delete_video


async def delete(settings: Settings, video_id: int) -> int:
    """Returns the exit code. Raises what `delete_video` raises."""
    async with Joined(settings) as runtime:
        info = await runtime.ensure()
        database = Database(info.app_url)
        try:
            delete_video(open_workspace(database), video_id, database, FileStorage(settings.storage_path))
        finally:
            database.close()
    print(f"video {video_id} is deleted: its page and its files are gone")
    return 0
