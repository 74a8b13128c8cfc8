"""The ledger's rows in Postgres, each in a transaction of its own: what is written is there after a crash."""

from __future__ import annotations

from sqlalchemy import select, update

from shared.costs.ledger import DoneCall, Ledger, PaidCall
from shared.database import Database
from shared.database.models import CostEntry, PaidCallRow
from shared.storage import Storage


class DatabaseBooks:
    """Rows of `paid_calls`, for a step of a video; a finished call is a cost entry too."""

    def __init__(self, database: Database, workspace_id: int, video_id: int | None, step: str) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.video_id = video_id
        self.step = step
        self._begun: dict[str, int] = {}

    def find_done(self, call: PaidCall) -> DoneCall | None:
        with self.database.workspace(self.workspace_id) as session:
            row = session.scalars(
                select(PaidCallRow)
                .where(PaidCallRow.content_hash == call.content_hash, PaidCallRow.status == "done")
                .order_by(PaidCallRow.id.desc())
                .limit(1)
            ).first()
        if row is None or row.price_usd is None or row.quantity is None or row.unit is None:
            return None
        return DoneCall(row.price_usd, row.quantity, row.unit)

    def begin(self, call: PaidCall) -> None:
        row = PaidCallRow(
            workspace_id=self.workspace_id,
            video_id=self.video_id,
            step=self.step,
            vendor=call.vendor,
            operation=call.operation,
            content_hash=call.content_hash,
            request=dict(call.request),
            status="begun",
        )
        with self.database.workspace(self.workspace_id) as session:
            session.add(row)
            session.flush()
            self._begun[call.content_hash] = row.id

    def finish(self, call: PaidCall, done: DoneCall) -> None:
        row_id = self._begun.pop(call.content_hash, None) or self._find_begun(call)
        with self.database.workspace(self.workspace_id) as session:
            session.execute(
                update(PaidCallRow)
                .where(PaidCallRow.id == row_id)
                .values(status="done", price_usd=done.price_usd, quantity=done.quantity, unit=done.unit)
            )
            session.add(
                CostEntry(
                    workspace_id=self.workspace_id,
                    video_id=self.video_id,
                    step=self.step,
                    kind="vendor",
                    source=call.vendor,
                    reference=str(row_id),
                    quantity=done.quantity,
                    unit=done.unit,
                    amount_usd=done.price_usd,
                    details={"operation": call.operation},
                )
            )

    def _find_begun(self, call: PaidCall) -> int:
        """The row that a step before us left open; a new one if there is none."""
        with self.database.workspace(self.workspace_id) as session:
            found = session.scalars(
                select(PaidCallRow.id)
                .where(PaidCallRow.content_hash == call.content_hash, PaidCallRow.status == "begun")
                .order_by(PaidCallRow.id.desc())
                .limit(1)
            ).first()
        if found is None:
            self.begin(call)
            found = self._begun.pop(call.content_hash)
        return found

    def refuse(self, call: PaidCall, reason: str) -> None:
        row_id = self._begun.pop(call.content_hash)
        with self.database.workspace(self.workspace_id) as session:
            session.execute(
                update(PaidCallRow).where(PaidCallRow.id == row_id).values(status="refused", reason=reason)
            )


def open_ledger(
    database: Database, storage: Storage, workspace_id: int, video_id: int | None, step: str
) -> Ledger:
    """A ledger that writes down what a step of a video buys."""
    return Ledger(DatabaseBooks(database, workspace_id, video_id, step), storage, f"answers/{workspace_id}")
