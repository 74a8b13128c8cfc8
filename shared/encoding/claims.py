"""One clip is made once: whoever begins has a claim that others wait for; it runs out if its holder dies."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert

from shared.database import Database
from shared.database.models import ClipClaim
from shared.errors import Retryable
from shared.workflow.leases import Lease, extended


class StillEncoding(Retryable):
    """Another worker has been encoding the clip for longer than we can wait."""


class Claims:
    """Claims on clips of a workspace, as rows."""

    def __init__(self, database: Database, workspace_id: int, lease: Lease | None = None) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._lease = lease or Lease()

    @contextmanager
    def on(self, clip: str, made: Callable[[], bool], patience_seconds: float) -> Iterator[bool]:
        """Whether a clip (its storage prefix) is ours during the block; if not, `made` says it is there.

        Raises StillEncoding after `patience_seconds` of waiting for another who makes it.
        """
        holder = str(uuid.uuid4())
        deadline = time.monotonic() + patience_seconds
        while not self._take(clip, holder):
            if made():
                yield False
                return
            if time.monotonic() > deadline:
                raise StillEncoding("another worker is still encoding the same clip: try again later")
            time.sleep(self._lease.poll_seconds)
        try:
            with extended(lambda: self._extend(clip, holder), self._lease.beat_seconds):
                yield not made()
        finally:
            self._release(clip, holder)

    def _take(self, clip: str, holder: str) -> bool:
        until = func.now() + timedelta(seconds=self._lease.seconds)
        taken = (
            insert(ClipClaim)
            .values(workspace_id=self._workspace_id, clip=clip, holder=holder, held_until=until)
            .on_conflict_do_update(
                index_elements=["workspace_id", "clip"],
                set_={"holder": holder, "held_until": until},
                where=ClipClaim.held_until < func.now(),
            )
            .returning(ClipClaim.holder)
        )
        with self._database.workspace(self._workspace_id) as session:
            return session.scalars(taken).one_or_none() == holder

    def _extend(self, clip: str, holder: str) -> None:
        with self._database.workspace(self._workspace_id) as session:
            session.execute(
                update(ClipClaim)
                .where(ClipClaim.clip == clip, ClipClaim.holder == holder)
                .values(held_until=func.now() + timedelta(seconds=self._lease.seconds))
            )

    def _release(self, clip: str, holder: str) -> None:
        with self._database.workspace(self._workspace_id) as session:
            session.execute(delete(ClipClaim).where(ClipClaim.clip == clip, ClipClaim.holder == holder))
