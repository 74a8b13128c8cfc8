"""A shot cut into pictures: where one begins, for how long it stands, and what lies over it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from shared.encoding import Shot
from shared.encoding.footage import Footage, Span
from shared.encoding.layers import planes_of
from shared.media.framefile import FrameFile
from shared.recording import SceneResult, Work
from tests.support.recorded_scenes import frames_file, jpeg, numbered, pixels, png, read_number

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORDED = (20, 1, 1, 30, 8)
"""60 frames: pictures 0 to 4 begin at frames 0, 20, 21, 22 and 52."""


def result(durations: Sequence[int]) -> SceneResult:
    return SceneResult(
        frame_count=sum(durations), durations=tuple(durations), width=320, height=180, fps=30,
        work=Work(started_at=NOW, finished_at=NOW),
    )  # fmt: skip


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SceneResult]:
    path = tmp_path_factory.mktemp("below") / "frames.mkv"
    path.write_bytes(frames_file([jpeg(numbered(number)) for number in range(5)], RECORDED))
    return path, result(RECORDED)


def overlay(path: Path, alphas: Sequence[int], durations: Sequence[int]) -> tuple[Path, SceneResult]:
    """White patches at the bottom, of these alphas."""
    with FrameFile(path, 320, 180, 30, alpha=True) as file:
        for alpha, duration in zip(alphas, durations, strict=True):
            picture = np.zeros((180, 320, 4), np.uint8)
            picture[100:160, 100:200] = (255, 255, 255, alpha)
            for frame in range(duration):
                file.add(None if frame else png(picture))
    return path, result(durations)


def shot(**what: object) -> Shot:
    return Shot.model_validate({"frames": "f", "frame_count": 60, "fps": 30} | what)


def starts(footage: Footage, key_frames: int = 180) -> list[int]:
    spans = footage.spans(key_frames)
    lengths = [span.frames for span in spans]
    assert [span.first for span in spans] == [0, *accumulate(lengths)][:-1]
    assert sum(lengths) == footage.shot.frame_count
    return [span.first for span in spans]


def test_a_picture_stands_until_the_next(below: tuple[Path, SceneResult]) -> None:
    assert starts(Footage(shot(), below, ())) == [0, 20, 21, 22, 52]


def test_a_new_one_begins_at_every_key_frame(below: tuple[Path, SceneResult]) -> None:
    assert starts(Footage(shot(), below, ()), key_frames=21) == [0, 20, 21, 22, 42, 52]


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        (21, 30, [0, 1]),
        (10, 20, [0, 10, 11, 12]),
        (22, 30, [0]),
        (59, 1, [0]),
        (51, 9, [0, 1]),
    ],
)
def test_a_range_of_a_recording(
    below: tuple[Path, SceneResult], first: int, count: int, expected: list[int]
) -> None:
    footage = Footage(shot(first_frame=first, frame_count=count), below, ())
    assert starts(footage) == expected
    shown = footage.pictures(footage.spans(180))
    numbers = [read_number(pixels(picture)) for picture in shown]
    recorded = [number for number, times in enumerate(RECORDED) for _ in range(times)]
    assert numbers == [recorded[first + start] for start in expected]


def test_only_pictures_that_are_shown_are_held(below: tuple[Path, SceneResult]) -> None:
    footage = Footage(shot(first_frame=21, frame_count=31), below, ())
    assert sorted(footage._below.packets) == [2, 3]


def test_each_frame_of_a_fade_is_a_picture(below: tuple[Path, SceneResult]) -> None:
    footage = Footage(shot(fade_in=3, fade_out=2), below, ())
    assert starts(footage) == [0, 1, 2, 3, 20, 21, 22, 52, 58, 59]


def test_a_fade_goes_evenly_from_ground_to_picture_and_back(below: tuple[Path, SceneResult]) -> None:
    footage = Footage(shot(fade_in=3, fade_out=2), below, ())
    full = planes_of(next(Footage(shot(), below, ()).pictures([Span(first=0, frames=1)])))[0][100, 300]
    spans = footage.spans(180)
    seen = {
        span.first: int(planes_of(picture)[0][100, 300])
        for span, picture in zip(spans, footage.pictures(spans), strict=True)
    }
    wanted = {0: 1 / 4, 1: 2 / 4, 2: 3 / 4, 3: 1, 20: 1, 52: 1, 58: 2 / 3, 59: 1 / 3}
    for frame, strength in wanted.items():
        assert seen[frame] == pytest.approx(16 + (int(full) - 16) * strength, abs=1.5), frame


def test_an_overlay_of_one_frame_lies_over_all(below: tuple[Path, SceneResult], tmp_path: Path) -> None:
    footage = Footage(shot(), below, [overlay(tmp_path / "o.mkv", [255], [1])])
    assert starts(footage) == [0, 20, 21, 22, 52]
    for picture in footage.pictures(footage.spans(180)):
        luma = planes_of(picture)[0]
        assert (luma[110:150, 110:190] == 235).all() and luma[90, 110] < 200


def test_overlays_that_change_cut_the_shot(below: tuple[Path, SceneResult], tmp_path: Path) -> None:
    one = overlay(tmp_path / "one.mkv", [0, 255, 0], [10, 25, 25])
    other = overlay(tmp_path / "other.mkv", [0, 128], [52, 8])
    footage = Footage(shot(), below, [one, other])
    assert starts(footage) == [0, 10, 20, 21, 22, 35, 52]
    spans = footage.spans(180)
    white = [bool(planes_of(picture)[0][120, 150] == 235) for picture in footage.pictures(spans)]
    assert white == [False, True, True, True, True, False, False]


def test_what_was_filmed_is_not_changed_by_what_lies_over_it(
    below: tuple[Path, SceneResult], tmp_path: Path
) -> None:
    """A picture is decoded once and shown with another overlay later."""
    footage = Footage(shot(), below, [overlay(tmp_path / "o.mkv", [255, 0], [5, 55])])
    spans = footage.spans(180)
    assert [span.first for span in spans[:2]] == [0, 5]
    covered, bare = [planes_of(picture)[0] for picture in footage.pictures(spans[:2])]
    plain = planes_of(next(Footage(shot(), below, ()).pictures([Span(first=0, frames=1)])))[0]
    assert (covered[120, 150], (bare == plain).all()) == (235, True)


def test_an_overlay_that_shows_nothing_costs_no_copy(below: tuple[Path, SceneResult], tmp_path: Path) -> None:
    footage = Footage(shot(), below, [overlay(tmp_path / "o.mkv", [0], [1])])
    [picture, again] = footage.pictures([Span(first=0, frames=1), Span(first=1, frames=1)])
    assert picture is again
