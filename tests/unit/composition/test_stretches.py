"""Stretches as data: what stands, what is black, and what of it nobody asked for."""

from __future__ import annotations

import numpy as np
import pytest

from shared.media.stretches import LENIENT, STRICT, Eye, tones, unasked, unasked_still, watch

GREY = np.full((480, 854), 120, np.uint8)
FLAT = np.full((240, 427), 128, np.uint8)


def film(levels: list[float], eye: Eye) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Pictures of one grey each, a tenth of a second long."""
    shown = [tones(np.full_like(GREY, round(level)), FLAT, FLAT) for level in levels]
    found = watch(((one, n / 10, (n + 1) / 10) for n, one in enumerate(shown)), eye)
    return tuple(
        tuple((round(a, 3), round(b, 3)) for a, b in stretches) for stretches in (found.black, found.still)
    )


def test_what_changes_slowly_moves() -> None:
    assert film([100 + n for n in range(40)], STRICT)[1] == ()
    assert film([100] * 12 + [100 + n * 9 for n in range(8)] + [60] * 15, STRICT)[1] == ((0, 1.3), (2.0, 3.5))


def test_what_stands_shorter_than_a_second_is_left_out() -> None:
    assert film([100] * 9 + [150] * 9, STRICT)[1] == ()


def test_one_small_block_that_goes_elsewhere_is_motion() -> None:
    there = GREY.copy()
    there[100:110, 100:106] = 20
    pictures = [(tones(GREY, FLAT, FLAT), 0.0, 1.5), (tones(there, FLAT, FLAT), 1.5, 3.0)]
    assert watch(pictures, LENIENT).still == ((0.0, 1.5), (1.5, 3.0))


def test_colour_alone_is_motion() -> None:
    red = np.full_like(FLAT, 200)
    pictures = [(tones(GREY, FLAT, FLAT), 0.0, 1.5), (tones(GREY, FLAT, red), 1.5, 3.0)]
    assert len(watch(pictures, LENIENT).still) == 2


@pytest.mark.parametrize(
    ("level", "lenient", "strict"), [(16, True, True), (25, True, False), (30, False, False)]
)
def test_black_of_a_file_is_darker_than_that_of_a_page(level: int, lenient: bool, strict: bool) -> None:
    assert [bool(film([level], eye)[0]) for eye in (LENIENT, STRICT)] == [lenient, strict]


def test_a_word_on_black_is_not_black() -> None:
    word = np.full_like(GREY, 16)
    word[200:240, 300:380] = 180
    for eye in (LENIENT, STRICT):
        assert watch([(tones(word, FLAT, FLAT), 0.0, 1.0)], eye).black == ()


@pytest.mark.parametrize(
    ("found", "asked", "left"),
    [
        ([(1, 3)], [], [(1, 3)]),
        ([(1, 3)], [(0, 4)], []),
        ([(1, 3)], [(1.2, 2.8)], []),
        ([(1, 6)], [(2, 3)], [(1, 1.8), (3.2, 6)]),
        ([(0, 2), (5, 6)], [(1, 5.5)], [(0, 0.8), (5.7, 6)]),
        ([(0, 9)], [(0, 3), (3.3, 9)], []),
    ],
)
def test_what_was_not_asked_for(
    found: list[tuple[float, float]], asked: list[tuple[float, float]], left: list[tuple[float, float]]
) -> None:
    assert unasked(found, asked) == left
    assert unasked_still(found, asked) == [rest for rest in left if rest[1] - rest[0] >= 0.5]
