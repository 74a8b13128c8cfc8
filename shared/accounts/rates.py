"""How many requests a minute somebody may make, over all processes together, without a write for each.

A minute's budget is a row that all processes share. Each takes a share of it (a lease) and counts that down
by itself; what it took and did not use is gone with the minute. Leases grow with what a process has used, so
that one that is asked rarely takes little: never is more let through than the limit, and what lies unused in
other processes is a two-hundredth of it each, or a quarter of what they used.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from shared.database import Database
from shared.errors import RateLimited

WINDOW_SECONDS = 60
_LARGEST_SHARE, _FIRST_SHARE = 20, 200  # a twentieth, and a two-hundredth
_SWEPT = 100  # rows of a time gone by that go at once
# The database's clock counts, for those of the processes differ.
_LEASE = text(
    """
    WITH clock AS (SELECT extract(epoch FROM clock_timestamp())::float8 AS now)
    INSERT INTO request_budgets AS kept (bucket, minute, taken)
    SELECT :bucket, floor(now / :window)::bigint, :share FROM clock
    ON CONFLICT (bucket) DO UPDATE SET
        minute = greatest(kept.minute, excluded.minute),
        taken = excluded.taken + CASE WHEN kept.minute < excluded.minute THEN 0 ELSE kept.taken END
    RETURNING taken, minute, (minute + 1) * :window - (SELECT now FROM clock) AS seconds_left
    """
)
_SWEEP = text(
    """
    DELETE FROM request_budgets WHERE bucket IN (
        SELECT bucket FROM request_budgets WHERE minute < :minute ORDER BY minute LIMIT :most
        FOR UPDATE SKIP LOCKED)
    """
)


class TooManyRequests(RateLimited):
    """The budget of this minute is used up. state: of each budget that was asked."""

    def __init__(self, state: Sequence[Remaining]) -> None:
        refused = next(each for each in state if each.remaining == 0)
        allowed = f"{refused.quota} requests a minute for each {refused.policy}"
        super().__init__(f"too many requests: there may be {allowed}", refused.seconds_left)
        self.state = tuple(state)


@dataclass(frozen=True)
class Budget:
    """policy: what it is counted for, such as "workspace". whose: which of them. quota: requests a minute."""

    policy: str
    whose: str
    quota: int

    @property
    def bucket(self) -> str:
        return f"{self.policy}:{self.whose}"


@dataclass(frozen=True)
class Remaining:
    """What is left of a budget, as far as this process knows. seconds_left: until there is a new one."""

    policy: str
    quota: int
    remaining: int
    seconds_left: int


@dataclass
class _Lease:
    """left: requests that this process may still let through. beyond: left to others, when we last looked."""

    until: float = -math.inf
    left: int = 0
    used: int = 0
    beyond: int = 0


_NO_LEASE = _Lease()


class Rates:
    """Counts requests down; one for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leases: dict[str, _Lease] = {}
        self._lock = threading.Lock()

    def take(self, budgets: Sequence[Budget]) -> tuple[Remaining, ...]:
        """Count one request against each of them. Raises TooManyRequests, DatabaseUnreachable."""
        with self._lock:  # at most two leases are waited for by others, and on Lambda there are no others
            leases = [self._lease(budget) for budget in budgets]
            if not all(lease.left for lease in leases):
                raise TooManyRequests([_remaining(*pair) for pair in zip(budgets, leases, strict=True)])
            return _counted(budgets, leases)

    def take_at_once(self, budgets: Sequence[Budget]) -> tuple[Remaining, ...] | None:
        """As `take`, but None, and nothing counted, if the database has to be asked."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            leases = [self._leases.get(budget.bucket, _NO_LEASE) for budget in budgets]
            now = time.monotonic()
            if not all(lease.left and lease.until > now for lease in leases):
                return None
            return _counted(budgets, leases)
        finally:
            self._lock.release()

    def _lease(self, budget: Budget) -> _Lease:
        lease = self._leases.get(budget.bucket)
        if lease is None or lease.until <= time.monotonic():
            self._forget()
            lease = self._leases[budget.bucket] = _Lease()
        elif lease.left or not lease.beyond:
            return lease
        self._renew(budget, lease)
        return lease

    def _renew(self, budget: Budget, lease: _Lease) -> None:
        most = math.ceil(budget.quota / _LARGEST_SHARE)
        share = min(most, max(lease.used // 4, math.ceil(budget.quota / _FIRST_SHARE)))
        with self._database.transaction() as session:
            taken, minute, seconds = session.execute(
                _LEASE, {"bucket": budget.bucket, "share": share, "window": WINDOW_SECONDS}
            ).one()
            if taken == share:  # the first of its minute clears away what is left of others
                session.execute(_SWEEP, {"minute": minute - 1, "most": _SWEPT})
        lease.left = max(min(share, budget.quota - (taken - share)), 0)
        lease.beyond = max(budget.quota - taken, 0)
        lease.until = time.monotonic() + seconds

    def _forget(self) -> None:
        now = time.monotonic()
        self._leases = {bucket: lease for bucket, lease in self._leases.items() if lease.until > now}


def _counted(budgets: Sequence[Budget], leases: Sequence[_Lease]) -> tuple[Remaining, ...]:
    for lease in leases:
        lease.left, lease.used = lease.left - 1, lease.used + 1
    return tuple(_remaining(*pair) for pair in zip(budgets, leases, strict=True))


def _remaining(budget: Budget, lease: _Lease) -> Remaining:
    seconds = max(math.ceil(lease.until - time.monotonic()), 1)
    return Remaining(budget.policy, budget.quota, lease.left + lease.beyond, seconds)
