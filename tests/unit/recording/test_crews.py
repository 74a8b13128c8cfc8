"""How a film is shared out among browsers."""

from __future__ import annotations

from itertools import pairwise

import pytest

from shared.recording.film.crews import chunks_of
from shared.recording.film.recorder import paying_browsers


@pytest.mark.parametrize("frames", [1, 29, 31, 90, 300, 1801, 18_000])
@pytest.mark.parametrize("browsers", [1, 2, 3, 4])
def test_chunks_cover_the_film_without_a_gap(frames: int, browsers: int) -> None:
    chunks = chunks_of(frames, 30, browsers)
    assert (chunks[0].first, chunks[-1].end) == (0, frames)
    assert all(one.end == following.first for one, following in pairwise(chunks))
    lengths = [chunk.end - chunk.first for chunk in chunks]
    assert max(lengths) - min(lengths) <= 1
    assert len(chunks) == 1 or min(lengths) >= 3
    assert len(chunks) == 1 or browsers > 1


def test_a_long_film_is_shared_by_all() -> None:
    assert len(chunks_of(300, 30, 2)) >= 2
    assert len(chunks_of(1800, 30, 4)) >= 4


def test_a_second_browser_is_started_only_where_it_pays() -> None:
    assert [paying_browsers(2, 8), paying_browsers(10, 1), paying_browsers(10, 2)] == [1, 1, 2]
    assert paying_browsers(60, 64) == 4
