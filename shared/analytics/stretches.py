"""Seconds that were seen, as stretches [from, to] of whole seconds, both included.

A union of sets: the order in which they come, and how often, makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Stretch = tuple[int, int]


def merged(stretches: Iterable[Sequence[int]]) -> tuple[Stretch, ...]:
    """The same seconds, in order, each once, in as few stretches as can be."""
    found: list[Stretch] = []
    for begin, end in sorted((int(begin), int(end)) for begin, end in stretches):
        if found and begin <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def within(stretches: Iterable[Stretch], seconds: int) -> tuple[Stretch, ...]:
    """What of them lies in a video of so many seconds."""
    return tuple((begin, min(end, seconds - 1)) for begin, end in stretches if begin < seconds)


def length(stretches: Iterable[Stretch]) -> int:
    """Seconds of stretches that lie apart."""
    return sum(end - begin + 1 for begin, end in stretches)
