"""What the vendors still let us buy, as whoever has their keys saw it last.

The functions that buy (script, voice) ask the vendor after their work, at most once in five minutes over all
of them; a refusal (429) is written down when it is met. Whoever shows it has no keys and asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import VendorLimit
from shared.errors import LeadreelError
from shared.observability import logger, measure
from shared.values import Value

Vendor = Literal["elevenlabs", "openrouter"]
ASK_SECONDS = 300
REFUSING_SECONDS = 300
"""For so long after a refusal a vendor is said to be refusing."""
_LOW_SHARE = Decimal("0.1")
_LOW_USD = Decimal(1)  # scripts cost less than a cent each


class Allowance(Value):
    """What is left. quota: of a period, if there are such; resets_at: when the next begins."""

    remaining: Decimal
    unit: Literal["characters", "USD"]
    quota: Decimal | None = None
    resets_at: datetime | None = None

    @property
    def is_low(self) -> bool:
        if self.unit == "USD":
            return self.remaining < _LOW_USD
        return self.quota is not None and self.remaining < self.quota * _LOW_SHARE


class VendorState(Value):
    """status: unknown until somebody asked. seen_at: when. refused_at: the last 429; refusals: how many."""

    vendor: str
    status: Literal["ok", "low", "refusing", "unknown"]
    allowance: Allowance | None
    seen_at: datetime | None
    refused_at: datetime | None
    refusals: int


def note_refusal(database: Database, vendor: str) -> None:
    """Raises DatabaseUnreachable."""
    row = insert(VendorLimit).values(vendor=vendor, refused_at=func.now(), refusals=1)
    with database.transaction() as session:
        session.execute(
            row.on_conflict_do_update(
                index_elements=["vendor"],
                set_={"refused_at": func.now(), "refusals": VendorLimit.refusals + 1},
            )
        )
    measure("VendorRefused", 1, vendor=vendor)


def watch_allowance(database: Database, vendor: Vendor, ask: Callable[[], Allowance | None]) -> None:
    """Write down what is left, if nobody did within five minutes. ask: asks the vendor; None: it doesn't say.

    What goes wrong is logged: the work that was done is worth more.
    """
    try:
        if not _is_our_turn(database, vendor):
            return
        allowance = ask()
        if allowance is not None:
            _keep(database, vendor, allowance)
            measure("VendorRemaining", float(allowance.remaining), "None", vendor=vendor)
    except LeadreelError as error:
        logger().warning("a vendor does not say what is left", vendor=vendor, reason=str(error))


def _is_our_turn(database: Database, vendor: Vendor) -> bool:
    row = insert(VendorLimit).values(vendor=vendor, asked_at=func.now())
    before = func.now() - timedelta(seconds=ASK_SECONDS)
    due = VendorLimit.asked_at.is_(None) | (VendorLimit.asked_at < before)
    with database.transaction() as session:
        asked = session.execute(
            row.on_conflict_do_update(
                index_elements=["vendor"], set_={"asked_at": func.now()}, where=due
            ).returning(VendorLimit.vendor)
        )
        return asked.first() is not None


def _keep(database: Database, vendor: Vendor, allowance: Allowance) -> None:
    with database.transaction() as session:
        row = session.get_one(VendorLimit, vendor)
        row.remaining, row.unit, row.quota = allowance.remaining, allowance.unit, allowance.quota
        row.resets_at, row.seen_at = allowance.resets_at, datetime.now(UTC)


def vendor_states(session: Session) -> tuple[VendorState, ...]:
    """Of each vendor, whether or not it was ever asked."""
    rows = {row.vendor: row for row in session.scalars(select(VendorLimit))}
    return tuple(_state(vendor, rows.get(vendor)) for vendor in get_args(Vendor))


def _state(vendor: str, row: VendorLimit | None) -> VendorState:
    if row is None:
        return VendorState(
            vendor=vendor, status="unknown", allowance=None, seen_at=None, refused_at=None, refusals=0
        )
    allowance = None
    if row.remaining is not None:
        allowance = Allowance.model_validate(row, from_attributes=True)
    recently = datetime.now(UTC) - timedelta(seconds=REFUSING_SECONDS)
    if row.refused_at is not None and row.refused_at > recently:
        status: Literal["ok", "low", "refusing", "unknown"] = "refusing"
    elif allowance is None:
        status = "unknown"
    else:
        status = "low" if allowance.is_low else "ok"
    return VendorState(
        vendor=vendor,
        status=status,
        allowance=allowance,
        seen_at=row.seen_at,
        refused_at=row.refused_at,
        refusals=row.refusals,
    )
