"""The REST API: how it starts, and how fast it answers beside a bare route.

    python -m bench.api [--runs 10] [--seconds 3] [--only start,throughput] [--dry]

Needs wrk (`apt-get install wrk`). The tables are printed and put into docs/benchmarks.md, unless only some
parts are measured.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median

from bench import machine, report
from bench.answering import invoked, load, starting, tables
from bench.answering.place import ROOT, Place, opened
from bench.answering.starting import Start
from bench.answering.tables import Pair, Throughput
from bench.measure import RunFailed
from bench.peers import CannotRun

PAGE = ROOT / "docs" / "benchmarks.md"
PARTS = ("start", "throughput")
CHANCES = 3
_NAMED = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "psycopg2-binary", "pydantic", "mangum")


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    wanted = asked.only or PARTS
    found: Start | None = None
    asked_often: Throughput | None = None
    faults: list[str] = []
    with opened() as place:
        try:
            if "start" in wanted:
                _tell("the cold start")
                found = starting.play(place.event, place.environment, asked.starts)
            if "throughput" in wanted:
                asked_often = _throughput(place, asked.runs, asked.seconds)
        except (CannotRun, RunFailed, OSError, subprocess.SubprocessError) as error:
            faults.append(str(error).replace(f"{ROOT}/", ""))
    text = rendered(found, asked_often, faults)
    print(text)
    if not asked.only and not asked.dry:
        PAGE.write_text(report.put(PAGE.read_text(), "api", text))
    return 0


def _throughput(place: Place, runs: int, seconds: int) -> Throughput:
    """Both are served all the time, and asked in turn, so that neither slows the other."""
    with (
        load.served(
            "functions.api.app:make_app", place.path, place.token, place.environment, place.home / "ours.log"
        ) as ours,
        load.served(
            "bench.answering.bare:make_app", place.path, None, place.environment, place.home / "bare.log"
        ) as bare,
    ):
        full, half, chance = [], [], []
        for number in range(1, runs + 1):
            _tell(f"throughput: pair {number} of {runs}")
            full.append(Pair(ours.full(seconds), bare.full(seconds)))
            half.append(Pair(ours.half(seconds), bare.half(seconds)))
        rates = [median(getattr(pair, who).rate for pair in full) / 2 for who in ("ours", "bare")]
        for _ in range(CHANCES):
            chance.append(Pair(ours.by_chance(rates[0], 2 * seconds), bare.by_chance(rates[1], 2 * seconds)))
    return Throughput(full, half, chance, invoked.play(place, 2 * seconds))


def rendered(found: Start | None, often: Throughput | None, faults: Sequence[str]) -> str:
    """Markdown, with a heading for each part."""
    said = ", ".join(f"{name} {version(name)}" for name in _NAMED)
    python = f"Python {platform.python_version()}"
    parts = [f"Measured {datetime.now(UTC):%Y-%m-%d} on {machine.machine()}. {python}, {said}."]
    parts.append("### A cold start")
    parts += [tables.start(found), tables.packages(found)] if found else ["Not measured."]
    parts.append("### One GET, again and again")
    parts += [tables.throughput(often), tables.runs(often)] if often else ["Not measured."]
    parts += ["### The goals", report.judged(tables.goals(found, often))]
    parts += [report.cell(fault) for fault in faults]
    return "\n\n".join(parts) + "\n"


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.api", description="The API beside a bare route.")
    parser.add_argument("--only", type=_names, default=(), metavar="A,B", help=f"of {', '.join(PARTS)}")
    parser.add_argument(
        "--runs", type=int, default=10, metavar="N", help="pairs of the throughput (default 10)"
    )
    parser.add_argument("--starts", type=int, default=7, metavar="N", help="fresh processes (default 7)")
    parser.add_argument("--seconds", type=int, default=3, metavar="N", help="of each load (default 3)")
    parser.add_argument("--dry", action="store_true", help="print the tables and write nothing")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if min(asked.runs, asked.starts, asked.seconds) < 1:
        parser.error("--runs, --starts and --seconds are at least 1")
    return asked


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
