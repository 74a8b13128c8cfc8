"""`leadreel approve`: decide on the script or the voice of a video that waits for it."""

from __future__ import annotations

import asyncio
from typing import Any

from local.joining import Joined
from local.journal import answer_task, enqueue, stop_execution
from local.visits import TokenAnswer
from shared.accounts import open_workspace
from shared.database import Database
from shared.settings import Settings
from shared.videos import Decision, decide, send
from shared.workflow import ApprovalKind

ACTOR = "leadreel approve"


class JournalExecutions:
    """The port `Executions`, straight to the journal: for whoever has the home."""

    def __init__(self, owner_url: str) -> None:
        self._url = owner_url

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        enqueue(self._url, machine, name, value)

    def check(self, machine: str) -> None:
        """The journal is there, or `start` fails."""

    def stop(self, machine: str, name: str, reason: str) -> None:
        stop_execution(self._url, name, "Cancelled", reason)

    def succeed(self, token: str, output: dict[str, Any]) -> None:
        answer_task(self._url, TokenAnswer(token, output))

    def fail(self, token: str, error: str, cause: str) -> None:
        answer_task(self._url, TokenAnswer(token, None, error, cause))


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
