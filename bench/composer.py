"""The composer beside what people would write themselves, and beside HyperFrames' batch, on this machine.

    python -m bench.composer [--only cold,further,longest,campaign] [--runs 3] [--leads 20] [--dry]

All parts together take one to two hours on two idle cores. The tables are printed and put into
docs/benchmarks.md, unless only some parts are measured. A part that can't be measured says why in its place.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

from bench import machine, report
from bench.composing import campaign, cold, goals, longest, marginal, tables
from bench.composing.batch import QUALITIES
from bench.composing.campaign import Way
from bench.composing.leads import LEADS
from bench.composing.levels import HIGH, MEDIUM, Encoding
from bench.composing.longest import Longest
from bench.composing.marginal import Round
from bench.composing.material import SITE, material
from bench.goals import Goal
from bench.measure import RunFailed
from bench.peers import ROOT, CannotRun, Kit
from bench.recorder import measure
from bench.results import Result
from bench.serving import served
from shared.errors import LeadreelError
from shared.recording import find_chromium
from shared.settings import read_settings

WORK = ROOT / "bench" / ".work" / "composer"
PAGE = ROOT / "docs" / "benchmarks.md"
PARTS = ("cold", "further", "campaign", "longest")


@dataclass
class Measured:
    """What there is so far. cold: by quality, with the megabytes that each entrant left; faults: by part."""

    cold: dict[str, tuple[list[Result], dict[str, float]]] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    longest: Longest | None = None
    faults: dict[str, list[str]] = field(default_factory=dict)

    def attempt(self, part: str, what: str, work: Callable[[], None]) -> None:
        """What fails is a line of its part, not the end of the benchmark."""
        print(f"{datetime.now(UTC):%H:%M} {part}: {what}", file=sys.stderr, flush=True)
        try:
            work()
        except (CannotRun, RunFailed, LeadreelError, OSError, subprocess.SubprocessError) as error:
            said = f"{what}: {error}".replace(f"{ROOT}/", "")
            print(said, file=sys.stderr, flush=True)
            self.faults.setdefault(part, []).append(said)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    wanted = asked.only or PARTS
    writes = not asked.only and not asked.dry
    if writes:
        report.put(
            PAGE.read_text(), "composer", ""
        )  # has it a place? Better to know before two hours than after
    WORK.mkdir(parents=True, exist_ok=True)
    kit = Kit(WORK, "", find_chromium(read_settings().chromium_path))
    measured = Measured()
    with served(SITE) as site:
        if "cold" in wanted:
            _cold(measured, kit, HIGH, asked.runs, recipes=True)
            _cold(measured, kit, MEDIUM, asked.runs, recipes=False)
        if "further" in wanted:
            _further(measured, site, asked.runs)
        if "campaign" in wanted:
            _campaign(measured, kit, site, asked.leads)
        if "longest" in wanted:
            measured.attempt("longest", "ten minutes of video", partial(_longest, measured, site))
    text = rendered(measured, kit)
    print(text)
    if writes:
        PAGE.write_text(report.put(PAGE.read_text(), "composer", text))
    return 0


def _cold(measured: Measured, kit: Kit, encoding: Encoding, runs: int, *, recipes: bool) -> None:
    def play() -> None:
        made = material(WORK / "material")
        results = measure(cold.entrants(made, encoding, recipes=recipes), kit, runs)
        left = {result.key: cold.megabytes(kit, result.key) for result in results if result.attempts}
        measured.cold[encoding.quality] = results, left

    measured.attempt("cold", f"`{encoding.quality}`", play)


def _further(measured: Measured, site: str, runs: int) -> None:
    for number in range(1, runs + 1):
        measured.attempt(
            "further",
            f"round {number} of {runs}",
            lambda: measured.rounds.append(marginal.play(WORK / "home", site)),
        )


def _campaign(measured: Measured, kit: Kit, site: str, leads: int) -> None:
    def add(name: str, way: Callable[[], Way]) -> None:
        measured.attempt("campaign", name, lambda: measured.ways.append(way()))

    add("in one go", lambda: campaign.in_one_go(WORK / "home", site, leads))
    add("one by one", lambda: campaign.one_by_one(WORK / "home", site, leads))
    for quality in QUALITIES:
        add(f"HyperFrames, {quality}", partial(_hyperframes, kit, quality, leads))


def _hyperframes(kit: Kit, quality: str, leads: int) -> Way:
    return campaign.by_hyperframes(kit, material(WORK / "material"), quality, leads)


def _longest(measured: Measured, site: str) -> None:
    measured.longest = longest.play(WORK / "home", site)


def rendered(measured: Measured, kit: Kit) -> str:
    """Markdown, with a heading for each part."""
    found = machine.versions(kit.chromium, kit.node, kit.modules) | {"MoviePy": version("moviepy")}
    said = ", ".join(f"{name} {number}" for name, number in found.items() if name not in _ELSEWHERE)
    parts = [f"Measured {datetime.now(UTC):%Y-%m-%d} on {machine.machine()}. {said}."]
    for encoding in (HIGH, MEDIUM):
        results, left = measured.cold.get(encoding.quality, ([], {}))
        levels = f"x264 {encoding.preset}, CRF {encoding.crf}"
        parts.append(f"### The first video of a tour, `{encoding.quality}` ({levels})")
        parts.append(tables.cold(results, left) if results else "Not measured.")
    parts += ["### One more lead", tables.further(measured.rounds)]
    parts += ["### Twenty leads", tables.campaign(measured.ways) if measured.ways else "Not measured."]
    parts.append("### Ten minutes of video")
    parts.append(tables.longest(measured.longest) if measured.longest else "Not measured.")
    parts += ["### The goals", report.judged(_goals(measured))]
    parts += [f"{part}: {report.cell(fault)}" for part, faults in measured.faults.items() for fault in faults]
    return "\n\n".join(parts) + "\n"


_ELSEWHERE = {"Remotion", "Playwright"}  # that no part of this one uses


def _goals(measured: Measured) -> list[Goal]:
    results, _ = measured.cold.get(HIGH.quality, ([], {}))
    return goals.judge(results, measured.rounds, measured.longest, quality=HIGH.quality)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.composer", description="The composer beside its peers.")
    parser.add_argument("--only", type=_names, default=(), metavar="A,B", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="rounds of each (default 3)")
    parser.add_argument("--leads", type=int, default=len(LEADS), metavar="N", help="of the campaign")
    parser.add_argument("--dry", action="store_true", help="print the tables and write nothing")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if asked.runs < 1 or not campaign.PEERS <= asked.leads <= len(LEADS):
        parser.error(f"--runs is at least 1, --leads {campaign.PEERS} to {len(LEADS)}")
    return asked


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


if __name__ == "__main__":
    sys.exit(main())
