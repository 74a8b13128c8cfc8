"""Music steps back for speech, and a scene's music does not ask its neighbour."""

from __future__ import annotations

import numpy as np
import pytest

from shared.composition.sound.ducking import Ducking
from shared.media.loudness import RATE


def depths(speech: list[tuple[float, float]], borders: list[float], seconds: float) -> list[float]:
    """At every tenth of a second."""
    spans = [(round(start * RATE), round(end * RATE)) for start, end in speech]
    ducking = Ducking(spans, [round(border * RATE) for border in borders])
    return ducking.depths(0, round(seconds * RATE))[:: RATE // 10].tolist()


def test_it_is_back_when_speech_begins_and_up_half_a_second_after_it() -> None:
    found = depths([(1.0, 2.0)], [], 4)
    assert found[:8] == pytest.approx([0, 0, 0, 0, 0, 0, 0, 0])
    assert found[9] == pytest.approx(0.6)
    assert found[10:21] == pytest.approx([1] * 11)
    assert found[21:27] == pytest.approx([0.8, 0.6, 0.4, 0.2, 0, 0])


@pytest.mark.parametrize(("gap", "up"), [(0.79, False), (0.81, True)])
def test_it_stays_back_in_short_gaps(gap: float, up: bool) -> None:
    found = depths([(1.0, 2.0), (2.0 + gap, 4.0)], [], 5)
    assert (min(found[10:40]) < 0.05) is up


def test_without_speech_it_stays_up() -> None:
    assert depths([], [1.0], 2) == [0] * 20


@pytest.mark.parametrize("after", [[], [(3.4, 4.9)], [(3.9, 4.0)], [(3.15, 4.9)]])
def test_a_scene_with_quiet_edges_does_not_depend_on_the_next(after: list[tuple[float, float]]) -> None:
    found = depths([(0.4, 2.6), *after], [3.0], 5)
    assert found[:30] == depths([(0.4, 2.6)], [3.0], 5)[:30]
    assert found[29:32] == pytest.approx([0, 0, 0])


def test_where_neither_edge_is_quiet_it_stays_back_across_the_border() -> None:
    assert depths([(0.4, 2.8), (3.3, 4.6)], [3.0], 5)[5:46] == pytest.approx([1] * 41)


def test_speech_that_lasts_into_the_next_scene_keeps_it_back() -> None:
    assert depths([(0.4, 4.0)], [3.0], 5)[5:41] == pytest.approx([1] * 36)


@pytest.mark.parametrize(
    "speech", [[(0.0, 3.0), (3.4, 5.0)], [(0.0, 0.01), (3.0, 3.02), (3.9, 3.91)], [(0.0, 5.0)]]
)
def test_no_ramp_is_steeper_than_a_twentieth_of_a_second(speech: list[tuple[float, float]]) -> None:
    spans = [(round(start * RATE), round(end * RATE)) for start, end in speech]
    steps = np.abs(np.diff(Ducking(spans, [3 * RATE]).depths(0, 5 * RATE)))
    assert steps.max(initial=0) <= 1.001 / (0.05 * RATE)
