"""What is spent, told to those who watch: one metric, whose sum over an hour an alarm looks at."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from shared.observability import measure


def measure_spend(amount: Decimal, kind: Literal["vendor", "invocation"], source: str) -> None:
    """Once for each cost entry, after it is committed.

    amount: USD. source: the vendor or the function; it stands in the line and is no dimension, for each value
    of a dimension is a metric that is paid for by itself.
    """
    if amount:
        measure("SpendUSD", float(amount), "None", {"message": "spent", "kind": kind, "source": source})
