"""Time shared out in half seconds."""

from __future__ import annotations

import pytest

from shared.scripting.pace import room, slot_for, spoken_seconds
from shared.scripting.schedule import Part, shared_out, timed


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, [1, 1], [5, 5]),
        (10, [1, 1, 1], [3.5, 3.5, 3]),
        (5.5, [0.0, 1.0], [0.5, 5]),
        (30, [5, 20, 5], [5, 20, 5]),
        (1.5, [9, 9, 9], [0.5, 0.5, 0.5]),
        (4, [0, 0], [2, 2]),
        (60, [1 / 3] * 7, [9, 8.5, 8.5, 8.5, 8.5, 8.5, 8.5]),
    ],
)
def test_shares(total: float, weights: list[float], shares: list[float]) -> None:
    result = shared_out(total, weights)
    assert sum(result) == total
    assert max(abs(a - b) for a, b in zip(result, shares, strict=True)) <= 0.5


def test_shares_sum_exactly_whatever_the_weights() -> None:
    for halves in range(20, 200, 7):
        for count in range(1, 20):
            weights = [((index * 7919) % 13) / 7 for index in range(count)]
            assert sum(shared_out(halves / 2, weights)) == halves / 2


def test_more_sections_than_half_seconds_have_no_time() -> None:
    with pytest.raises(ValueError, match="can't be shared by 4"):
        shared_out(1.5, [1, 1, 1, 1])


def test_sections_are_marked_with_their_start() -> None:
    parts = [Part("a", "A.", "intro"), Part("b", "B.", "demo"), Part("c", "C.", "cta")]
    sections = timed(parts, [4.5, 60, 7])
    assert [section.timing_marker for section in sections] == ["[00:00]", "[00:04]", "[01:04]"]


def test_more_text_takes_longer() -> None:
    texts = [
        "Hi.",
        "Hi Ana.",
        "Hi Ana, hello.",
        "Hi Ana, hello. Again.",
        "Hi Ana, hello. Again, 24/7 at 99%.",
    ]
    lengths = [spoken_seconds(text) for text in texts]
    assert lengths == sorted(lengths) and len(set(lengths)) == len(lengths)


def test_a_slot_has_room_for_what_it_was_made_for() -> None:
    for tenths in range(5, 300, 3):
        slot = slot_for(tenths / 10)
        assert room(slot) >= tenths / 10
        assert slot * 2 == int(slot * 2)
        assert slot == 1 or room(slot - 0.5) < tenths / 10
