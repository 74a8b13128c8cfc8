"""The functions that live in images, at several memory settings: cold start, memory, seconds and dollars.

    python -m bench.images [--memory 2048,3008,4096] [--runs 3] [--seconds 20] [--dry]

Needs what `make images` leaves, and root. Each run makes a video of the demo site in a workspace of its own,
with one container at work at a time. The table is printed and put into docs/images.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench import machine, report
from bench.containers.s3 import served_bucket
from bench.containers.video import Made, make_video
from bench.containers.worker import CORE_MB, Images, Invoked
from local.product import PROJECT
from shared.costs import read_prices

PAGE = PROJECT / "docs" / "images.md"
IMAGES = Images(PROJECT / "build" / "images")
FUNCTIONS = ("check_page", "record", "encode", "compose")
_COLUMNS = (
    "function", "MB", "cores", "cold start s", "seconds a video", "CPU seconds", "most memory MB",
    "most of /tmp MB", "USD per 1,000 videos",
)  # fmt: skip


@dataclass(frozen=True)
class Share:
    """What one function took of one video. init_seconds: of its cold starts, each. usd: for Lambda's time."""

    memory_mb: int
    init_seconds: tuple[float, ...]
    seconds: float
    cpu_seconds: float
    used_mb: float
    disk_mb: float
    usd: float


def share(invoked: Iterable[Invoked], function: str) -> Share:
    prices = read_prices()
    mine = [each for each in invoked if each.function == function]
    return Share(
        mine[0].memory_mb,
        tuple(each.init_seconds for each in mine if each.init_seconds is not None),
        sum(each.seconds for each in mine),
        sum(each.cpu_seconds for each in mine),
        max(each.used_mb for each in mine),
        max(each.disk_mb for each in mine),
        float(sum(prices.lambda_usd(round(each.billed_seconds * 1000), each.memory_mb) for each in mine)),
    )


def row(function: str, shares: Sequence[Share]) -> tuple[str, ...]:
    """One line of the table: medians over runs, of memory and disk the most."""
    memory = shares[0].memory_mb
    inits = [seconds for each in shares for seconds in each.init_seconds]
    return (
        function,
        f"{memory:,}",
        f"{min(memory / CORE_MB, cores()):.2f}",
        f"{median(inits):.2f}",
        f"{median(each.seconds for each in shares):.1f}",
        f"{median(each.cpu_seconds for each in shares):.1f}",
        f"{max(each.used_mb for each in shares):.0f}",
        f"{max(each.disk_mb for each in shares):.0f}",
        f"{median(each.usd for each in shares) * 1000:.2f}",
    )


def cores() -> int:
    return len(os.sched_getaffinity(0))


def rendered(shares: dict[tuple[str, int], list[Share]], about: str) -> str:
    ordered = sorted(shares.items(), key=lambda item: (FUNCTIONS.index(item[0][0]), item[0][1]))
    return f"{about}\n\n" + report.table(_COLUMNS, [row(function, each) for (function, _), each in ordered])


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    if missing := IMAGES.missing():
        print(missing, file=sys.stderr)
        return 1
    shares: dict[tuple[str, int], list[Share]] = {}
    loads: list[float] = []
    with tempfile.TemporaryDirectory(prefix="leadreel-images-") as home, served_bucket() as bucket:
        for run in range(asked.runs):
            for memory in asked.memory:
                loads.append(os.getloadavg()[0])
                made = asyncio.run(
                    make_video(
                        Path(home), IMAGES, bucket, f"{memory} MB, run {run}",
                        memory_mb=dict.fromkeys(FUNCTIONS, memory), cores=1, duration_seconds=asked.seconds,
                    )
                )  # fmt: skip
                _tell(made, memory)
                for function in FUNCTIONS:
                    shares.setdefault((function, memory), []).append(share(made.invoked, function))
    about = (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {machine.machine()} by `python -m bench.images "
        f"{' '.join(arguments or sys.argv[1:])}`. Medians of {asked.runs} runs, of memory and disk the most; "
        f"each a video of {asked.seconds} s of the demo site at 1920x1080 in three levels, none of which was "
        f"there. The load was {min(loads):.1f} to {max(loads):.1f} when the runs began, and the "
        "containers went before the machine's other work."
    )
    text = rendered(shares, about)
    print(text)
    if not asked.dry:
        PAGE.write_text(report.put(PAGE.read_text(), "images", text))
    return 0


def _tell(made: Made, memory: int) -> None:
    state = made.state
    print(f"{memory} MB: {state.status} {state.reason or ''}", file=sys.stderr)
    for function in FUNCTIONS:
        print(f"  {function}: {share(made.invoked, function)}", file=sys.stderr)
    if state.status != "completed":
        raise SystemExit(1)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.images", description=__doc__)
    parser.add_argument("--memory", type=_sizes, default=(2048, 3008, 4096), help="MB, separated by commas")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20, help="of the video")
    parser.add_argument("--dry", action="store_true", help="leave docs/images.md as it is")
    return parser.parse_args(arguments)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
