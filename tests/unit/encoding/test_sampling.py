"""How many pictures of a clip are held against it."""

from __future__ import annotations

import pytest

from shared.encoding.levels import sampled_every


def sampled(pictures: int) -> int:
    return len(range(0, pictures, sampled_every(pictures)))


def test_there_are_eight_at_least_and_twenty_four_at_most() -> None:
    counts = [sampled(pictures) for pictures in range(1, 20_000)]
    assert counts[:8] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (min(counts[7:]), max(counts)) == (8, 24)


@pytest.mark.parametrize(("pictures", "expected"), [(28, 10), (39, 10), (96, 24), (97, 20), (1800, 24)])
def test_it_is_one_in_four_between(pictures: int, expected: int) -> None:
    assert sampled(pictures) == expected
