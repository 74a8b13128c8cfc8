"""What one more lead costs: the first of a campaign, then others, on a warm runtime with a fresh home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.composing.leads import LEADS
from bench.composing.material import SECONDS
from bench.composing.product import Making, warm

FURTHER = 5


@dataclass(frozen=True)
class Round:
    """One home: the first lead's video, and those of others after it."""

    first: Making
    further: tuple[Making, ...]

    def share(self, what: Callable[[Making], float]) -> float:
        """A further lead's part of the first one's, in the median."""
        return median(what(making) for making in self.further) / what(self.first)


def play(home: Path, site: str, further: int = FURTHER, seconds: int = SECONDS) -> Round:
    """Raises RunFailed."""
    with warm(home, site) as product:
        first, *others = [product.make(lead, seconds) for lead in LEADS[: further + 1]]
    return Round(first, tuple(others))


def share(rounds: list[Round], what: Callable[[Making], float]) -> float:
    return median(played.share(what) for played in rounds)


def wall(making: Making) -> float:
    return making.wall_seconds


def pipeline(making: Making) -> float:
    return making.pipeline_seconds


def cpu(making: Making) -> float:
    return making.cpu_seconds


def hls(making: Making) -> float:
    return float(making.hls_bytes)


def public(making: Making) -> float:
    return float(making.public_bytes)


def kept(making: Making) -> float:
    return float(making.kept_bytes)


def step(name: str) -> Callable[[Making], float]:
    """The seconds of one step."""
    return lambda making: making.steps.get(name, 0.0)
