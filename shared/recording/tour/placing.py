"""Tie the steps of a tour to the words that are said: pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.recording.tour.steps import Hold, TourStep

_GRAIN = 0.1  # so that two voices which differ by a hair make the same film
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Said:
    """A word of the narration, and when it is heard: seconds of the tour."""

    text: str
    second: float


def place_steps(steps: Sequence[TourStep], said: Sequence[Said]) -> tuple[TourStep, ...]:
    """The same steps, with holds before those that wait for words.

    A step waits for the first time that its words are said from then on. It never comes before the step that
    stands before it, and what is never said is not waited for.
    """
    placed: list[TourStep] = []
    now = 0.0
    for step in steps:
        due = _when(step.when_said, said, now) if step.when_said else None
        if due is not None and due - now >= _GRAIN:
            wait = round(round((due - now) / _GRAIN) * _GRAIN, 3)
            placed.append(Hold(seconds=wait))
            now += wait
        placed.append(step)
        now += step.length
    return tuple(placed)


def unsaid(steps: Sequence[TourStep], said: Sequence[Said]) -> tuple[str, ...]:
    """The words that steps wait for and that nobody says."""
    wanted = (step.when_said for step in steps if step.when_said)
    return tuple(words for words in wanted if _when(words, said, 0.0) is None)


def _when(words: str, said: Sequence[Said], after: float) -> float | None:
    """When these words are first said, one after the other, not before a moment; else None."""
    wanted = [word.casefold() for word in _WORD.findall(words)]
    heard = [(word.casefold(), one.second) for one in said for word in _WORD.findall(one.text)]
    for index in range(len(heard) - len(wanted) + 1):
        if heard[index][1] >= after and [word for word, _ in heard[index : index + len(wanted)]] == wanted:
            return heard[index][1]
    return None


def up_to(steps: Sequence[TourStep], seconds: float) -> tuple[TourStep, ...]:
    """The steps that begin before a moment: what comes later does not shape a film that ends there."""
    kept: list[TourStep] = []
    now = 0.0
    for step in steps:
        if now > seconds or (now == seconds and step.length > 0):
            break
        kept.append(step)
        now += step.length
    return tuple(kept)
