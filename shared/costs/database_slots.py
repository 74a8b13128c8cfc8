"""A vendor's slots in Postgres: they hold for every worker of the account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.costs.slots import PATIENCE_SECONDS, first_free
from shared.database import Database
from shared.database.models import VendorSlot
from shared.errors import Retryable
from shared.workflow.leases import Lease, extended


class DatabaseSlots:
    """Rows of `vendor_slots`, each taken by one statement; no transaction stays open while a slot is held."""

    def __init__(self, database: Database, lease: Lease | None = None) -> None:
        self.database = database
        self.lease = lease or Lease()

    @asynccontextmanager
    async def taken(
        self, vendor: str, most: int, patience_seconds: float = PATIENCE_SECONDS
    ) -> AsyncIterator[None]:
        self._make(vendor, most)
        holder = str(uuid4())
        slot = await first_free(
            lambda: self._take(vendor, most, holder), vendor, patience_seconds, self.lease.poll_seconds
        )
        held = and_(VendorSlot.vendor == vendor, VendorSlot.slot == slot, VendorSlot.holder == holder)
        try:
            with extended(lambda: self._hold(held, self.lease.seconds), self.lease.beat_seconds):
                yield
        finally:
            with suppress(Retryable):  # it comes free by its lease; what was bought is not lost over it
                self._give_back(held)

    def _make(self, vendor: str, most: int) -> None:
        rows = [{"vendor": vendor, "slot": slot} for slot in range(most)]
        with self.database.transaction() as session:
            session.execute(insert(VendorSlot).values(rows).on_conflict_do_nothing())

    def _take(self, vendor: str, most: int, holder: str) -> int | None:
        free = (
            select(VendorSlot.slot)
            .where(VendorSlot.vendor == vendor, VendorSlot.slot < most, VendorSlot.held_until <= func.now())
            .order_by(VendorSlot.slot)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        until = func.now() + timedelta(seconds=self.lease.seconds)
        with self.database.transaction() as session:
            return session.scalars(
                update(VendorSlot)
                .where(VendorSlot.vendor == vendor, VendorSlot.slot == free)
                .values(holder=holder, held_until=until)
                .returning(VendorSlot.slot)
            ).one_or_none()

    def _hold(self, held: ColumnElement[bool], seconds: float) -> None:
        with self.database.transaction() as session:
            until = func.now() + timedelta(seconds=seconds)
            session.execute(update(VendorSlot).where(held).values(held_until=until))

    def _give_back(self, held: ColumnElement[bool]) -> None:
        with self.database.transaction() as session:
            session.execute(update(VendorSlot).where(held).values(holder=None, held_until=func.now()))
