"""What all parts of a video have in common: who made a part, who needs it, and taking it away.

Deleting is done in two transactions, as for whole videos (`shared.videos.deleting`): the first marks the
part, then its files go, what the world sees first, and the second deletes its rows. What a crash leaves is a
part marked `deleting`; deleting it once more finishes the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.database import Database
from shared.database.finding import find_row
from shared.database.models import (
    ComposedVideo,
    HostedVideo,
    PaidCallRow,
    ScreenRecording,
    Video,
    VideoScript,
    Voiceover,
)
from shared.errors import Conflict, NotFound
from shared.storage import Storage

Row = TypeVar("Row", ScreenRecording, VideoScript, Voiceover, ComposedVideo, HostedVideo)
BUSY = ("pending", "recording", "processing", "waiting_approval")
"""Statuses of what is being made."""
WHOLE = "video"
"""The operation of a run that makes a whole video."""


class NoSuchPart(NotFound):
    """There is no such part of a video in this workspace."""


class InUse(Conflict):
    """Something else needs a part; the text names it."""


class BeingMade(Conflict):
    """A part is not finished, or is being deleted."""


@dataclass(frozen=True)
class Part:
    """A kind of part. name: as people call it. of_run: where a run names the one it makes, or uses.

    needed_by: columns of rows that refer to it, and what these rows do with it.
    """

    name: str
    of_run: InstrumentedAttribute[int | None]
    needed_by: Sequence[tuple[InstrumentedAttribute[int | None], str]] = ()


def find(session: Session, model: type[Row], part: Part, part_id: int, *, lock: bool = False) -> Row:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchPart."""
    row = find_row(session, model, part_id, lock=lock)
    if row is None:
        raise NoSuchPart(f"there is no {part.name} {part_id}")
    return row


def check_finished(part: Part, row: Row) -> None:
    """Raises BeingMade."""
    if row.status == "deleting":
        raise BeingMade(f"{part.name} {row.id} is being deleted")
    if row.status in BUSY:
        raise BeingMade(f"{part.name} {row.id} is being made: wait until it has ended")


def mark(session: Session, model: type[Row], part: Part, part_id: int) -> None:
    """The first half of deleting: nobody uses the part from now on. Raises NoSuchPart, InUse, BeingMade."""
    row = find(session, model, part, part_id, lock=True)
    _check_owner(session, part, part_id)
    statuses = [run.status for run in runs_of(session, part, part_id)] or [row.status]
    if any(status in BUSY for status in statuses):
        raise BeingMade(f"{part.name} {part_id} is being made: cancel it first, or wait until it has ended")
    for column, does in part.needed_by:
        user = session.scalar(select(column.class_.id).where(column == part_id).order_by("id").limit(1))
        if user is not None:
            raise InUse(f"{does.format(user)}: delete that first")
    row.status = "deleting"


def _check_owner(session: Session, part: Part, part_id: int) -> None:
    whole = (
        select(Video.id).where(part.of_run == part_id, Video.operation == WHOLE).order_by(Video.id).limit(1)
    )
    video_id = session.scalar(whole)
    if video_id is not None:
        raise InUse(f"{part.name} {part_id} belongs to video {video_id}: delete that")


def runs_of(session: Session, part: Part, part_id: int) -> Sequence[Video]:
    """Runs of single operations that made the part. Those that used it left a part that needs it, or none."""
    found = select(Video).where(part.of_run == part_id, Video.operation != WHOLE).order_by(Video.id)
    return session.scalars(found).all()


def to_remove(
    workspace_id: int, model: type[Row], part: Part, part_id: int, database: Database
) -> tuple[Row, list[str]] | None:
    """A part that is marked, and the storage prefixes of the runs that made it; None if it is not marked."""
    with database.workspace(workspace_id) as session:
        row = marked(session, model, part_id)
        if row is None:
            return None
        return row, [f"videos/{workspace_id}/{run.id}/" for run in runs_of(session, part, part_id)]


def delete_files(storage: Storage, prefixes: Sequence[str], keys: Sequence[str | None] = ()) -> None:
    for prefix in prefixes:
        for key in [*storage.keys(prefix)]:
            storage.delete(key)
    for known in keys:
        if known is not None:
            storage.delete(known)


def delete_runs(session: Session, part: Part, part_id: int) -> None:
    """Their steps go with them; what was paid for them stays."""
    ids = [run.id for run in runs_of(session, part, part_id)]
    session.execute(update(PaidCallRow).where(PaidCallRow.video_id.in_(ids)).values(video_id=None))
    session.execute(delete(Video).where(Video.id.in_(ids)))


def marked(session: Session, model: type[Row], part_id: int) -> Row | None:
    """The row of a part that is marked, locked; None if somebody else was faster."""
    row = session.get(model, part_id, with_for_update=True)
    return row if row is not None and row.status == "deleting" else None


def narrowed(found: Any, **filters: tuple[InstrumentedAttribute[Any], object | None]) -> Any:
    """A select with each filter that is given."""
    for column, value in filters.values():
        if value is not None:
            found = found.where(column == value)
    return found
