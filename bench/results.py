"""What the runs of a benchmark came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from bench.measure import Usage
from bench.quality import Quality, Timeline


@dataclass(frozen=True)
class Attempt:
    """One run and the film it left."""

    usage: Usage
    timeline: Timeline


@dataclass
class Result:
    """All runs of one entrant, in the order of the rounds.

    memory: its peak, in MB, in a run before them. error: why it stopped taking part, if it did.
    """

    key: str
    name: str
    seconds: int
    attempts: list[Attempt] = field(default_factory=list)
    memory: float = 0.0
    quality: Quality | None = None
    error: str = ""

    @property
    def wall(self) -> float:
        return median(attempt.usage.wall_seconds for attempt in self.attempts)

    @property
    def cpu(self) -> float:
        return median(attempt.usage.cpu_seconds for attempt in self.attempts)

    @property
    def speed(self) -> float:
        """Seconds of film per second of work."""
        return self.seconds / self.wall

    @property
    def steady(self) -> bool:
        """Whether every run's frames stand equally long."""
        return all(attempt.timeline.constant for attempt in self.attempts)

    @property
    def frames(self) -> str:
        counts = sorted({attempt.timeline.frames for attempt in self.attempts})
        return "–".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))


def ratios(ours: Result, theirs: Result) -> tuple[float, float]:
    """Wall and CPU seconds of ours to theirs: medians over the rounds, each round paired with itself.

    What slows the machine for a while slows both runs of a round, so their ratio moves less than either.
    """
    pairs = list(zip(ours.attempts, theirs.attempts, strict=False))
    wall = median(a.usage.wall_seconds / b.usage.wall_seconds for a, b in pairs)
    cpu = median(a.usage.cpu_seconds / b.usage.cpu_seconds for a, b in pairs)
    return wall, cpu
