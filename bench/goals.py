"""What the recorder is to reach beside its peers, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.results import Result, ratios

PEERS = ("hyperframes", "remotion")
WALL, WALL_HOPED = 1 / 3, 1 / 5
CPU = 1 / 2
MEMORY_MB = 1000
LONG_SPEED = 3.0
FPS = 30


@dataclass(frozen=True)
class Goal:
    """text: the goal; reached: the figure; met: None where it could not be measured."""

    text: str
    reached: str
    met: bool | None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**not met**", None: "not measured"}[self.met]


def judge(results: Sequence[Result]) -> list[Goal]:
    """Every goal, also those for which a run is missing."""
    done = {result.key: result for result in results if result.attempts}
    ours, long = done.get("ours"), done.get("long")
    peer = min((done[key] for key in PEERS if key in done), key=lambda result: result.wall, default=None)
    return [*_speed(ours, peer), *_film(ours), *_likeness(ours, done), *_size(ours), _long(long)]


def _speed(ours: Result | None, peer: Result | None) -> list[Goal]:
    name = peer.name if peer else "the faster peer"
    wall_text = f"wall time at most 1/3 of {name}'s, going for 1/5"
    cpu_text = f"CPU time at most 1/2 of {name}'s"
    if ours is None or peer is None:
        return [_missing(wall_text), _missing(cpu_text)]
    wall, cpu = ratios(ours, peer)
    hoped = " (1/5 reached)" if wall <= WALL_HOPED else ""
    return [
        Goal(wall_text, f"{wall:.2f}{hoped}", wall <= WALL),
        Goal(cpu_text, f"{cpu:.2f}", cpu <= CPU),
    ]


def _film(ours: Result | None) -> list[Goal]:
    if ours is None:
        return [_missing("every frame there, at constant 30 fps")]
    wanted = ours.seconds * FPS
    whole = all(
        attempt.timeline.frames == wanted and attempt.timeline.constant and attempt.timeline.fps == FPS
        for attempt in ours.attempts
    )
    spacing = "evenly" if ours.steady else "unevenly"
    reached = f"{ours.frames}, {spacing} spaced, {ours.attempts[0].timeline.fps:g} fps"
    return [Goal(f"{wanted} frames at constant {FPS} fps", reached, whole)]


def _likeness(ours: Result | None, done: Mapping[str, Result]) -> list[Goal]:
    exact_text = "no frame dropped or repeated where the page moves"
    if ours is None or ours.quality is None:
        return [_missing("VMAF no lower than each peer's"), _missing(exact_text)]
    goals = []
    for peer in (done[key] for key in PEERS if key in done):
        if peer.quality is None:
            continue
        reached = f"{ours.quality.vmaf:.2f} against {peer.quality.vmaf:.2f}"
        met = ours.quality.vmaf >= peer.quality.vmaf
        goals.append(Goal(f"VMAF no lower than {peer.name}'s", reached, met))
    match = ours.quality.match
    reached = f"{match.dropped} and {match.repeated} of {match.moving} moving frames"
    return [*goals, Goal(exact_text, reached, not (match.dropped or match.repeated or match.wrong))]


def _size(ours: Result | None) -> list[Goal]:
    text = "peak memory under 1 GB"
    if ours is None:
        return [_missing(text)]
    return [Goal(text, f"{ours.memory:.0f} MB", ours.memory < MEMORY_MB)]


def _long(long: Result | None) -> Goal:
    text = "a 60-second scroll-and-hold tour at 3 × real time"
    if long is None:
        return _missing(text)
    return Goal(text, f"{long.speed:.2f} ×", long.speed >= LONG_SPEED)


def _missing(text: str) -> Goal:
    return Goal(text, "", None)
