"""What was measured, as Markdown, and whether it is what it is to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.answering.invoked import Invoked
from bench.answering.load import Load
from bench.answering.starting import Start
from bench.goals import Goal
from bench.report import table

OWN_MS = 60.0
SHARE = 0.6
SPREAD = 3.0
_SHOWN_MS = 1.0


@dataclass(frozen=True)
class Pair:
    """Ours, and the bare route right after it."""

    ours: Load
    bare: Load

    @property
    def share(self) -> float:
        """Our answers for each of the bare route's."""
        return self.ours.rate / self.bare.rate


@dataclass(frozen=True)
class Throughput:
    """full: under the saturating load. half: under half of it. chance: half as often, by chance."""

    full: Sequence[Pair]
    half: Sequence[Pair]
    chance: Sequence[Pair]
    invoked: Invoked


def start(found: Start) -> str:
    rows = [
        ("importing the handler", f"{found.handler:.0f}"),
        ("importing the packages that it imports, and nothing of ours", f"{found.packages:.0f}"),
        ("importing the handler, with those packages there", f"{found.ours:.0f}"),
        ("a fresh process: import, then the first GET", f"{found.import_and_first:.0f}"),
        (
            "the first GET by itself (Postgres, the issuer's keys, its routes and tables)",
            f"{found.first:.0f}",
        ),
        ("a later GET, in process", f"{found.later:.1f}"),
        ("making the application once more", f"{found.app:.1f}"),
        ("describing it for /openapi.json (only when that is asked for)", f"{found.document:.0f}"),
    ]
    return table(("", "ms"), rows)


def packages(found: Start) -> str:
    """Each by itself, without what it imports in turn."""
    shown = {name: ms for name, ms in found.by_package.items() if ms >= _SHOWN_MS}
    rest = sum(found.by_package.values()) - sum(shown.values())
    rows = [(name, f"{ms:.1f}") for name, ms in shown.items()]
    return table(("package", "ms"), [*rows, ("the others together", f"{rest:.1f}")])


def throughput(found: Throughput) -> str:
    columns = ("", "connections", "answers a second", "p50 ms", "p90 ms", "p99 ms", "p99 / p50")
    rows = []
    loads = {"saturating": found.full, "half of it": found.half, "half as often, by chance": found.chance}
    for name, pairs in loads.items():
        rows.append((f"Leadreel, {name}", *_cells([pair.ours for pair in pairs])))
        rows.append((f"the bare route, {name}", *_cells([pair.bare for pair in pairs])))
    of_lambda = found.invoked
    rows.append(
        (
            "Leadreel through the Runtime API, awslambdaric and Mangum",
            "1",
            f"{of_lambda.rate:.0f}",
            f"{of_lambda.p50:.2f}",
            "",
            f"{of_lambda.p99:.2f}",
            f"{of_lambda.p99 / of_lambda.p50:.1f}",
        )
    )
    return table(columns, rows)


def _cells(loads: Sequence[Load]) -> tuple[str, ...]:
    def mid(of: Callable[[Load], float]) -> float:
        return median(of(load) for load in loads)

    return (
        ", ".join(str(each) for each in dict.fromkeys(load.connections for load in loads)),
        f"{mid(lambda load: load.rate):.0f}",
        f"{mid(lambda load: load.p50):.2f}",
        f"{mid(lambda load: load.p90):.2f}",
        f"{mid(lambda load: load.p99):.2f}",
        f"{mid(lambda load: load.spread):.1f}",
    )


def runs(found: Throughput) -> str:
    """Every pair in its order, in a sentence."""
    shares = ", ".join(f"{pair.share:.0%}" for pair in found.full)
    spreads = ", ".join(f"{pair.ours.spread:.1f}" for pair in found.half)
    return f"Ours of the bare route, pair by pair: {shares}. Our p99 / p50 under half of the load: {spreads}."


def goals(start: Start | None, found: Throughput | None) -> list[Goal]:
    own = f"importing the handler: at most {OWN_MS:.0f} ms beyond third-party packages"
    share = f"GET of a hosted video: at least {SHARE:.0%} of the bare route's answers"
    spread = f"p99 within {SPREAD:.0f} × p50 at half the saturating load"
    judged = [Goal(own, f"{start.ours:.0f} ms", start.ours <= OWN_MS) if start else Goal(own, "", None)]
    if found is None:
        return [*judged, Goal(share, "", None), Goal(spread, "", None)]
    reached = median(pair.share for pair in found.full)
    spreads = median(pair.ours.spread for pair in found.half)
    return [
        *judged,
        Goal(share, f"{reached:.0%}", reached >= SHARE),
        Goal(spread, f"{spreads:.1f} ×", spreads <= SPREAD),
    ]
