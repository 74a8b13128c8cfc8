"""The moving preview, read by Pillow: its size, its first picture, its times, its badge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.composition.preview import MAX_BYTES, SIDE, Moment, make_preview
from tests.support.clips import clip
from tests.support.moving import FPS, HEIGHT, KINDS, WIDTH, Planes, encode, page, planes


def frames_of(gif: Path) -> list[tuple[Image.Image, int]]:
    """Each picture, and for how many milliseconds it stands."""
    with Image.open(gif) as opened:
        found = []
        for number in range(opened.n_frames):
            opened.seek(number)
            found.append((opened.convert("RGB"), int(opened.info["duration"])))
    return found


def at(video: Path, *seconds: float) -> list[Moment]:
    return [(video, second) for second in seconds]


def greeting() -> list[Planes]:
    """Two seconds of black, then two of a card with one large dark word on the left, then grey shades."""
    card = np.full((HEIGHT, WIDTH), 210.0)
    card[160:320, 40:400] = page(210, 30, rows=3)[160:320, 40:400]
    black, shown = planes(np.full((HEIGHT, WIDTH), 16.0)), planes(card)
    return [black] * 60 + [shown] * 60 + [planes(np.full((HEIGHT, WIDTH), 20.0 + n)) for n in range(120)]


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("preview")
    return make_preview(
        at(encode(greeting(), folder / "video.mp4", 23), 3.0, 4.5, 6.0), folder / "preview.gif"
    )


def test_it_starts_with_the_first_moment_which_stands(preview: Path) -> None:
    frames = frames_of(preview)
    assert frames[0][0].size == (SIDE, 270)
    assert frames[0][1] == 2000
    assert np.asarray(frames[0][0])[10, 10].mean() > 180
    assert 4500 <= sum(stands for _, stands in frames) <= 8000
    assert preview.stat().st_size < MAX_BYTES


def test_it_plays_on_and_on(preview: Path) -> None:
    with Image.open(preview) as opened:
        assert opened.info["loop"] == 0


def test_the_video_moves_in_it(preview: Path) -> None:
    brightness = [float(np.asarray(picture)[-3:, :3].mean()) for picture, _ in frames_of(preview)[1:]]
    assert len(brightness) > 20
    assert brightness == sorted(brightness)
    assert brightness[-1] - brightness[0] > 50


def test_a_badge_lies_beside_the_words(preview: Path) -> None:
    first = np.asarray(frames_of(preview)[0][0]).astype(int)
    assert np.abs(first[90:180, 22:225].min() - 30) < 40  # the words are all there
    beside = first[:, 230:]
    dark, light = (beside.max(axis=2) < 90), (beside.min(axis=2) > 240)
    assert 1200 < dark.sum() < 4500
    assert 200 < light.sum() < 1500


def test_the_heaviest_video_still_fits(tmp_path: Path) -> None:
    dice = np.random.default_rng(3)
    noise = [planes(dice.integers(16, 235, (HEIGHT, WIDTH)).astype(np.uint8)) for _ in range(60)]
    video = encode(noise, tmp_path / "noise.mp4", 30, "ultrafast")
    gif = make_preview(at(video, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), tmp_path / "noise.gif")
    assert gif.stat().st_size < MAX_BYTES
    assert len(frames_of(gif)) >= 7


@pytest.mark.parametrize("height", [128, 512])
def test_any_shape_and_moments_beyond_the_end(height: int, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(clip("mp4", ["libx264"], frames=30, fps=FPS, height=height))
    frames = frames_of(make_preview(at(video, 0.5, 99.0, -3.0), tmp_path / "a.gif"))
    assert max(frames[0][0].size) == SIDE
    assert frames[0][0].width / frames[0][0].height == pytest.approx(256 / height, rel=0.01)


def test_the_same_video_gives_the_same_bytes(tmp_path: Path) -> None:
    video = encode(list(KINDS["cursor"]())[:50], tmp_path / "video.mp4")
    made = [make_preview(at(video, 0.2, 0.8), tmp_path / name).read_bytes() for name in ("a.gif", "b.gif")]
    assert made[0] == made[1]


def test_no_moment_no_preview(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="moment"):
        make_preview([], tmp_path / "a.gif")
