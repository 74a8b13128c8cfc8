"""The recorder beside its peers: the same ten-second film, made by each in turn, on this machine.

    python -m bench.recorder [--runs 3] [--only ours,hyperframes] [--dry]

Rounds are interleaved (each entrant once a round), so that whatever slows the machine slows all. The table is
printed and put into docs/benchmarks.md, unless only some take part.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import goals, machine, report
from bench.measure import RunFailed, run
from bench.peers import ENTRANTS, FPS, HEIGHT, PAGES, ROOT, SECONDS, WIDTH, CannotRun, Entrant, Kit, Run
from bench.quality import compare, timeline
from bench.reference import reference
from bench.results import Attempt, Result
from bench.serving import served
from shared.recording import find_chromium
from shared.settings import read_settings

WORK = ROOT / "bench" / ".work"
PAGE = ROOT / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    wanted = [entrant for entrant in ENTRANTS if not asked.only or entrant.key in asked.only]
    WORK.mkdir(exist_ok=True)
    with served(PAGES) as site:
        kit = Kit(WORK, site, find_chromium(read_settings().chromium_path))
        results = measure(wanted, kit, asked.runs)
    text = report.render(
        results,
        goals.judge(results),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine.machine(),
        versions=machine.versions(kit.chromium, kit.node, kit.modules),
    )
    print(text)
    if not asked.only and not asked.dry:
        PAGE.write_text(report.put(PAGE.read_text(), "recorder", text))
    return 0


def measure(entrants: Sequence[Entrant], kit: Kit, runs: int) -> list[Result]:
    """Each entrant once a round, `runs` rounds; one that fails is out, and its result says why."""
    results = [Result(entrant.key, entrant.name, entrant.seconds) for entrant in entrants]
    pairs = list(zip(entrants, results, strict=True))
    for entrant, result in pairs:
        with _noted(result):
            entrant.prepare(kit)
    for entrant, result in pairs:
        if not result.error:
            _tell(f"memory: {entrant.name}")
            with _noted(result):
                attempt = _attempt(entrant.run(kit), kit, with_memory=True)
                result.memory = attempt.usage.peak_memory_mb
                if entrant.once:
                    result.attempts.append(attempt)
    for number in range(1, runs + 1):
        for entrant, result in pairs:
            if not result.error and not entrant.once:
                _tell(f"round {number} of {runs}: {entrant.name}")
                with _noted(result):
                    result.attempts.append(_attempt(entrant.run(kit), kit))
    for entrant, result in pairs:
        if entrant.judged and result.attempts:
            _tell(f"comparing with the page: {entrant.name}")
            with _noted(result):
                result.quality = compare(entrant.run(kit).film, _reference(kit), FPS)
    return results


def _attempt(planned: Run, kit: Kit, *, with_memory: bool = False) -> Attempt:
    films = (planned.film, *planned.beside)
    for film in films:
        film.unlink(missing_ok=True)
    env = kit.environment | dict(planned.env)
    used = run(
        planned.command,
        env=env,
        cwd=planned.cwd,
        timeout_seconds=planned.timeout_seconds,
        with_memory=with_memory,
    )
    if not all(film.exists() for film in films):
        raise RunFailed("it ended without a film")
    return Attempt(used, timeline(planned.film))


def _reference(kit: Kit) -> Path:
    size = (WIDTH, HEIGHT)
    page, url = PAGES / "index.html", f"http://{kit.site}/"
    return reference(page, url, SECONDS * FPS, FPS, size, chromium=kit.chromium, folder=kit.work)


@contextlib.contextmanager
def _noted(result: Result) -> Iterator[None]:
    """What keeps one entrant from running is a line of the table, not the end of the benchmark."""
    try:
        yield
    except (CannotRun, RunFailed, OSError, subprocess.SubprocessError) as error:
        result.error = str(error).replace(f"{ROOT}/", "")
        _tell(f"{result.name}: {error}")


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    keys = [entrant.key for entrant in ENTRANTS]
    parser = argparse.ArgumentParser(prog="bench.recorder", description="The recorder beside its peers.")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of each (default 3)")
    parser.add_argument("--only", type=_names, default=(), metavar="A,B", help=f"of {', '.join(keys)}")
    parser.add_argument("--dry", action="store_true", help="print the table and write nothing")
    asked = parser.parse_args(arguments)
    unknown = set(asked.only) - set(keys)
    if asked.runs < 1 or unknown:
        parser.error(f"no such entrant: {', '.join(sorted(unknown))}" if unknown else "--runs is at least 1")
    return asked


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
