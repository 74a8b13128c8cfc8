"""Sections on a timetable of half seconds that adds up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.scripting.script import SceneType, Section
from shared.scripting.template import Passage


@dataclass(frozen=True)
class Part:
    """A section before it has its time. passages: see Section."""

    title: str
    content: str
    scene_type: SceneType
    passages: tuple[Passage, ...] = ()


def shared_out(total_seconds: float, weights: Sequence[float]) -> list[float]:
    """`total_seconds` in whole half seconds by weight, each at least half a second. They sum to it exactly.

    Largest remainders first. Raises ValueError if there are more parts than half seconds.
    """
    halves = round(total_seconds * 2)
    if halves < len(weights):
        raise ValueError(f"{total_seconds:g} s can't be shared by {len(weights)} sections")
    spare = halves - len(weights)
    whole = sum(weights)
    shares = [spare * (weight / whole if whole else 1 / len(weights)) for weight in weights]
    counts = [int(share) for share in shares]
    by_remainder = sorted(range(len(weights)), key=lambda index: (counts[index] - shares[index], index))
    for index in by_remainder[: spare - sum(counts)]:
        counts[index] += 1
    return [(count + 1) / 2 for count in counts]


def timed(parts: Sequence[Part], durations: Sequence[float]) -> tuple[Section, ...]:
    """Sections with their durations, each marked with the moment it starts."""
    sections: list[Section] = []
    start = 0.0
    for part, duration in zip(parts, durations, strict=True):
        sections.append(
            Section(
                title=part.title,
                content=part.content,
                duration_seconds=duration,
                scene_type=part.scene_type,
                timing_marker=f"[{int(start) // 60:02d}:{int(start) % 60:02d}]",
                passages=part.passages,
            )
        )
        start += duration
    return tuple(sections)
