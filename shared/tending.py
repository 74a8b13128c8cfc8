"""What a crash at a bad moment leaves is put right, and what is kept only for a time is thrown away.

All of it may be done twice, and by two at once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta

from shared.accounts import is_an_answer_old, prune_answers
from shared.batches import batches_turning, tend_batches
from shared.database import Database
from shared.observability import logger, measure
from shared.videos import TEND_AFTER, runs_due, tend_runs
from shared.webhooks import is_a_delivery_old, prune_deliveries
from shared.workflow.executions import Executions


def tend(
    database: Database, executions: Executions, seconds: float, *, after: timedelta = TEND_AFTER
) -> Mapping[str, int]:
    """How many of what; the rest is for the next call.

    seconds: after which nothing more is begun; runs have the first half. after: for how long one is left
    alone.
    Raises DatabaseUnreachable, DatabaseSlow.
    """
    now = time.monotonic()
    runs = tend_batches(database, executions, now + seconds / 4)
    runs += tend_runs(database, executions, now + seconds / 2, after=after)
    for deed, count in runs.items():
        measure("Tended", count, deed=deed)
    until = now + seconds
    pruned = {
        "answers": prune_answers(database, until),
        "deliveries": prune_deliveries(database, until),
    }
    for kind, count in pruned.items():
        if count:
            logger().info("pruned", kind=kind, count=count)
    return {**runs, **pruned}


def is_tending_due(database: Database, after: timedelta = TEND_AFTER) -> bool:
    """Whether `tend` would find anything to look at. Raises DatabaseUnreachable."""
    return (
        bool(runs_due(database, after, 1) or batches_turning(database, 1))
        or is_an_answer_old(database)
        or is_a_delivery_old(database)
    )
