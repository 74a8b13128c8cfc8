"""Twenty leads of one campaign: ours in one go, ours one by one from nothing, and HyperFrames' batch."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from bench.composing.batch import MANIFEST, QUALITIES, batch
from bench.composing.leads import LEADS, write_csv
from bench.composing.material import SECONDS, Material
from bench.composing.product import LEADREEL, Product, fresh, warm
from bench.measure import RunFailed, Usage, run
from bench.peers import ROOT, Kit

TIMEOUT_SECONDS = 7200.0
ALONE, PEERS = 2, 3  # how many are measured, where all twenty would take too long


@dataclass(frozen=True)
class Way:
    """A way to the campaign.

    wall, cpu: seconds for those leads that were `measured`. later: seconds of each after the first, where
    the first does work that serves the others; the leads that were not measured are taken to be like them.
    """

    key: str
    name: str
    leads: int
    measured: int
    wall: float
    cpu: float
    later: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        """For all leads."""
        one_more = mean(self.later) if self.later else self.wall / self.measured
        return self.wall + (self.leads - self.measured) * one_more

    @property
    def cpu_seconds(self) -> float:
        """For all leads, in proportion to the time."""
        return self.cpu * self.seconds / self.wall


def in_one_go(home: Path, site: str, leads: int = len(LEADS)) -> Way:
    """From nothing: a fresh home. Without `make --leads`, one after the other on a runtime that is kept."""
    name = f"Leadreel, one campaign of {leads}"
    if "--leads" not in _help():
        with warm(home, site) as product:
            made = [product.make(lead, SECONDS) for lead in LEADS[:leads]]
        wall, cpu = sum(each.wall_seconds for each in made), sum(each.cpu_seconds for each in made)
        return Way("campaign", f"{name}, made one after the other", leads, leads, wall, cpu)
    product = fresh(home, site)
    listed = write_csv(LEADS[:leads], home / "leads.csv")
    used = _run([*LEADREEL, "make", "--leads", str(listed), *product.asked(SECONDS)], product)
    return Way("campaign", name, leads, leads, used.wall_seconds, used.cpu_seconds)


def one_by_one(home: Path, site: str, leads: int = len(LEADS), measured: int = ALONE) -> Way:
    """Each in a home of its own, where nothing was ever made."""
    used = []
    for lead in LEADS[:measured]:
        product = fresh(home, site)
        used.append(_run(product.command(lead, SECONDS), product))
    wall, cpu = sum(each.wall_seconds for each in used), sum(each.cpu_seconds for each in used)
    return Way("alone", f"Leadreel, {leads} runs from nothing", leads, measured, wall, cpu)


def by_hyperframes(
    kit: Kit, made: Material, quality: str, leads: int = len(LEADS), measured: int = PEERS
) -> Way:
    """quality: one of QUALITIES. Raises RunFailed."""
    planned = batch(kit, made, LEADS[:measured], quality)
    used = run(
        planned.command,
        env=kit.environment | dict(planned.env),
        cwd=planned.cwd,
        timeout_seconds=planned.timeout_seconds,
    )
    if not all(film.exists() for film in (planned.film, *planned.beside)):
        raise RunFailed("it ended without all films")
    rows = json.loads((planned.film.parent / MANIFEST).read_text())["rows"]
    later = tuple(row["renderTimeMs"] / 1000 for row in rows[1:])
    default = " (its default)" if quality == QUALITIES[-1] else ""
    name = f"HyperFrames --batch, {quality}{default}"
    return Way(f"hyperframes-{quality}", name, leads, measured, used.wall_seconds, used.cpu_seconds, later)


def _run(command: list[str], product: Product) -> Usage:
    return run(command, env=product.environment, cwd=ROOT, timeout_seconds=TIMEOUT_SECONDS)


def _help() -> str:
    command = [*LEADREEL, "make", "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
