"""`leadreel approve`: decide on the script or the voice of a video that waits for it."""

from __future__ import annotations

import asyncio

from local.executions import JournalExecutions
from local.joining import Joined
from shared.accounts import open_workspace
from shared.database import Database
from shared.settings import Settings
from shared.videos import Decision, decide, send
from shared.workflow import ApprovalKind

ACTOR = "leadreel approve"


async def approve(settings: Settings, video_id: int, kind: ApprovalKind, rejected_because: str | None) -> int:
    """Returns the exit code. Raises what `decide` raises."""
    async with Joined(settings) as runtime:
        info = await runtime.ensure()
        database = Database(info.app_url)
        try:
            await asyncio.to_thread(_decide, database, info.owner_url, video_id, kind, rejected_because)
        finally:
            database.close()
    print(f"the {kind} of video {video_id} is {'approved' if rejected_because is None else 'rejected'}")
    return 0


def _decide(
    database: Database, owner_url: str, video_id: int, kind: ApprovalKind, rejected_because: str | None
) -> None:
    decision: Decision = "approved" if rejected_because is None else "rejected"
    with database.workspace(open_workspace(database)) as session:
        answers = decide(session, video_id, kind, decision, ACTOR, rejected_because)
    send(JournalExecutions(owner_url), answers)
