"""Taking published clips away; apart from publishing them, which needs decoders."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shared.database.models import ClipUse, PublishedClip
from shared.storage import Storage


def withdraw_clips(composed_video_id: int, session: Session, storage: Storage) -> None:
    """A video uses its clips no longer: those that nobody uses go, before the transaction ends."""
    uses = delete(ClipUse).where(ClipUse.composed_video_id == composed_video_id).returning(ClipUse.key)
    for key in sorted(session.scalars(uses)):
        row = session.scalars(select(PublishedClip).where(PublishedClip.key == key).with_for_update()).one()
        if session.scalars(select(ClipUse).where(ClipUse.key == key).limit(1)).first() is None:
            storage.delete(key)
            session.delete(row)
            session.flush()
