"""Frames of a film are told apart by the page they show: what is missing and what stands is counted."""

from __future__ import annotations

import numpy as np

from bench.matching import Match, Pictures, count, match

# moves in frames 1–4, stands for three, moves in 8–10, stands
MOMENTS = [0, 1, 2, 3, 4, 4, 4, 4, 5, 6, 7, 7, 7, 7, 7]


def pictures(moments: list[int]) -> Pictures:
    """A bright column whose place tells the moment, with a little noise as codecs leave it."""
    frames = np.zeros((len(moments), 20), np.float32)
    frames[np.arange(len(moments)), moments] = 200
    return frames


def test_a_true_film_has_nothing_to_count() -> None:
    assert count(MOMENTS, MOMENTS) == Match(offset=0, moving=7, wrong=0, dropped=0, repeated=0)


def test_a_repeated_frame_is_counted_and_what_it_hid() -> None:
    shown = list(MOMENTS)
    shown[2] = 1  # the moment before once more; moment 2 is never seen
    assert count(shown, MOMENTS) == Match(offset=0, moving=7, wrong=1, dropped=1, repeated=1)


def test_a_frame_shown_too_early_is_wrong_even_if_nothing_stands() -> None:
    shown = list(MOMENTS)
    shown[2] = 3
    found = count(shown, MOMENTS)
    assert (found.wrong, found.dropped, found.repeated) == (1, 1, 1)


def test_standing_still_is_no_repetition() -> None:
    assert count([0] * 10, [0] * 10) == Match(offset=0, moving=0, wrong=0, dropped=0, repeated=0)


def test_a_film_that_begins_late_is_moved_first() -> None:
    late = MOMENTS[3:]
    assert count(late, MOMENTS) == Match(offset=3, moving=4, wrong=0, dropped=0, repeated=0)
    early = [0, 0, *MOMENTS]
    assert count(early, MOMENTS).offset == -2
    assert count(early, MOMENTS).wrong == 0


def test_pictures_are_matched_despite_a_codecs_noise() -> None:
    page = pictures(MOMENTS)
    noise = np.random.default_rng(1).normal(0, 8, page.shape).astype(np.float32)
    assert match(page + noise, page) == Match(offset=0, moving=7, wrong=0, dropped=0, repeated=0)
    stuck = page[[*range(9), 8, *range(10, 15)]] + noise
    assert match(stuck, page).repeated == 1
