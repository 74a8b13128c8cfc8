"""A recording that is there already, cut for the scenes of another video."""

from __future__ import annotations

import pytest

from shared.composition.film import Film, Stretch, film_of
from shared.composition.sources import clips_of
from shared.composition.timeline import Scene, Timeline
from shared.recording import Viewport

FILM = Film(viewport=Viewport(), stretches=(Stretch("a", 0, 100), Stretch("b", 20, 50)))


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        (0, 100, [("a", 0, 100, 0)]),
        (90, 20, [("a", 90, 10, 0), ("b", 20, 10, 0)]),
        (100, 50, [("b", 20, 50, 0)]),
        (140, 30, [("b", 60, 10, 0), ("b", 69, 20, 19)]),
        (200, 10, [("b", 69, 10, 9)]),
    ],
)
def test_frames_are_found_and_the_last_is_held(
    first: int, count: int, expected: list[tuple[str, int, int, int]]
) -> None:
    assert [tuple(stretch) for stretch in FILM.cut(first, count)] == expected


def test_a_held_end_is_cut_into_clips() -> None:
    clips = [*clips_of(Stretch("b", 69, 100, 99), 6)]
    assert sum(clip.frame_count for clip in clips) == 100
    assert sum(clip.held for clip in clips) == 99
    assert (clips[0].first_frame, clips[0].held) == (69, clips[0].frame_count - 1)


def test_only_what_shows_the_page_is_the_film() -> None:
    scenes = (
        Scene(title="Hi", scene_type="intro", shows="card", job="card", frame_count=30),
        Scene(title="Page", scene_type="demo", job="a", first_frame=5, frame_count=60),
    )
    film = film_of(Timeline(viewport=Viewport(), scenes=scenes))
    assert film is not None and film.stretches == (Stretch("a", 5, 60),)
    assert film_of(Timeline(viewport=Viewport(), scenes=scenes[:1])) is None
