"""The ledger's rows in Postgres, each in a transaction of its own: what is written is there after a crash.

No transaction is open while the vendor is asked. A claim is its row: `begun`, with a time until which it
holds, by the clock of the database; a unique index lets only one such row be for a request.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Literal

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.costs.database_slots import DatabaseSlots
from shared.costs.ledger import GONE, Answer, Ledger, PaidCall
from shared.costs.slots import PATIENCE_SECONDS
from shared.costs.spending import measure_spend
from shared.costs.vendor_limits import note_refusal
from shared.database import Database
from shared.database.models import CostEntry, PaidCallRow
from shared.storage import Storage
from shared.workflow import check_wanted


class DatabaseBooks:
    """Rows of `paid_calls`, for a step of a video; a finished call is a cost entry too."""

    def __init__(self, database: Database, workspace_id: int, video_id: int | None, step: str) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.video_id = video_id
        self.step = step

    def claimed(self, call: PaidCall) -> bool:
        live = select(PaidCallRow.id).where(
            PaidCallRow.content_hash == call.content_hash,
            PaidCallRow.status == "begun",
            PaidCallRow.claimed_until > func.now(),
        )
        with self.database.workspace(self.workspace_id) as session:
            return session.scalars(live).first() is not None

    def begin(self, call: PaidCall, lease_seconds: float) -> str | None:
        gone = (
            update(PaidCallRow)
            .where(
                PaidCallRow.content_hash == call.content_hash,
                PaidCallRow.status == "begun",
                PaidCallRow.claimed_until <= func.now(),
            )
            .values(status="unknown", reason=GONE)
        )
        mine = (
            insert(PaidCallRow)
            .values(
                workspace_id=self.workspace_id,
                video_id=self.video_id,
                step=self.step,
                vendor=call.vendor,
                operation=call.operation,
                content_hash=call.content_hash,
                request=dict(call.request),
                status="begun",
                claimed_until=func.now() + timedelta(seconds=lease_seconds),
            )
            .on_conflict_do_nothing(
                index_elements=["workspace_id", "content_hash"], index_where=text("status = 'begun'")
            )
            .returning(PaidCallRow.id)
        )
        with self.database.workspace(self.workspace_id) as session:
            if self.video_id is not None:
                check_wanted(session, self.video_id)
            session.execute(gone)
            claim = session.scalars(mine).one_or_none()
        return None if claim is None else str(claim)

    def extend(self, claim: str, lease_seconds: float) -> None:
        until = func.now() + timedelta(seconds=lease_seconds)
        with self.database.workspace(self.workspace_id) as session:
            session.execute(
                update(PaidCallRow)
                .where(PaidCallRow.id == int(claim), PaidCallRow.status == "begun")
                .values(claimed_until=until)
            )

    def finish(self, call: PaidCall, claim: str, answer: Answer) -> None:
        done = (
            update(PaidCallRow)
            .where(
                PaidCallRow.id == int(claim),
                PaidCallRow.content_hash == call.content_hash,
                PaidCallRow.status != "done",
            )
            .values(
                status="done",
                reason=None,
                price_usd=answer.price_usd,
                quantity=answer.quantity,
                unit=answer.unit,
            )
            .returning(PaidCallRow)
        )
        with self.database.workspace(self.workspace_id) as session:
            row = session.scalars(done).one_or_none()
            if row is not None:
                session.add(_cost_entry(row, answer))
        if row is not None:
            measure_spend(answer.price_usd, kind="vendor", source=call.vendor)

    def close(self, call: PaidCall, claim: str, status: Literal["refused", "unknown"], reason: str) -> None:
        with self.database.workspace(self.workspace_id) as session:
            session.execute(
                update(PaidCallRow).where(PaidCallRow.id == int(claim)).values(status=status, reason=reason)
            )


def _cost_entry(row: PaidCallRow, answer: Answer) -> CostEntry:
    """For the video whose step began the call, whoever writes it down in the end."""
    return CostEntry(
        workspace_id=row.workspace_id,
        video_id=row.video_id,
        step=row.step,
        kind="vendor",
        source=row.vendor,
        reference=str(row.id),
        quantity=answer.quantity,
        unit=answer.unit,
        amount_usd=answer.price_usd,
        details={"operation": row.operation},
    )


def open_ledger(
    database: Database,
    storage: Storage,
    workspace_id: int,
    video_id: int | None,
    step: str,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Ledger:
    """A ledger that writes down what a step of a video buys."""
    books = DatabaseBooks(database, workspace_id, video_id, step)
    prefix = f"answers/{workspace_id}"
    return Ledger(
        books, storage, prefix, DatabaseSlots(database), patience_seconds=patience_seconds,
        on_wait=partial(note_refusal, database),
    )  # fmt: skip
