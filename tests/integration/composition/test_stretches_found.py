"""Black and frozen stretches in real encodes: of good videos none is told, of broken ones each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.media.stretches import Stretches, tones, unasked, unasked_still, watch, watch_file
from tests.support.moving import FPS, KINDS, Planes, blackened, encode, frozen

Stretch = tuple[float, float]


def asked(pictures: Sequence[Planes]) -> Stretches:
    return watch((tones(*picture), n / FPS, (n + 1) / FPS) for n, picture in enumerate(pictures))


def told(video: Path, pictures: Sequence[Planes]) -> tuple[list[Stretch], list[Stretch]]:
    """Black and frozen stretches of the file that its pictures don't have."""
    wanted, found = asked(pictures), watch_file(video)
    return unasked(found.black, wanted.black), unasked_still(found.still, wanted.still)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crf", [23, 32])
def test_a_good_encode_is_not_accused(kind: str, crf: int, tmp_path: Path) -> None:
    pictures = list(KINDS[kind]())
    assert told(encode(pictures, tmp_path / "good.mp4", crf), pictures) == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_frames_that_stand_are_found(kind: str, tmp_path: Path) -> None:
    pictures = list(KINDS[kind]())
    start = {"cursor": 45, "dark": 25, "fade": 15}.get(kind, 30)  # while it moves
    broken = encode(frozen(pictures, start, start + 45), tmp_path / "frozen.mp4")
    black, still = told(broken, pictures)
    assert len(still) == 1
    assert still[0][0] == pytest.approx(start / FPS, abs=0.35) or kind in {"fade", "dark"}
    assert still[0][1] - still[0][0] >= 0.5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frames", [1, 20])
def test_black_frames_are_found(kind: str, frames: int, tmp_path: Path) -> None:
    pictures = list(KINDS[kind]())
    broken = encode(blackened(pictures, 15, 15 + frames), tmp_path / "black.mp4")
    black, _ = told(broken, pictures)
    assert black == [(pytest.approx(15 / FPS, abs=0.001), pytest.approx((15 + frames) / FPS, abs=0.001))]


def test_black_is_found_where_it_lasts_longer_than_asked(tmp_path: Path) -> None:
    pictures = list(KINDS["fade"]())
    broken = encode(blackened(pictures, 40, 100), tmp_path / "black.mp4")
    black, _ = told(broken, pictures)
    assert black[-1][1] == pytest.approx(100 / FPS, abs=0.001)
