"""Overlays and fades, held against BT.709 worked out here in RGB."""

from __future__ import annotations

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from shared.encoding.layers import Overlay, copied, fade, planes_of

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]

WIDTH, HEIGHT = 64, 48
BELOW = (120, 90, 160)
COLOURS = {
    "red": (230, 20, 30), "green": (20, 180, 60), "blue": (30, 60, 220), "white": (255, 255, 255),
    "black": (0, 0, 0), "violet": (120, 40, 160),
}  # fmt: skip


def video(red: float, green: float, blue: float) -> NDArray[np.float64]:
    """Y, Cb, Cr of BT.709, limited range."""
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    cb, cr = (blue - luma) / 1.8556, (red - luma) / 1.5748
    return np.array([16 + luma * 219 / 255, 128 + cb * 224 / 255, 128 + cr * 224 / 255])


def plain(values: tuple[int, int, int] = BELOW) -> av.VideoFrame:
    picture = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for plane, value in zip(planes_of(picture), values, strict=True):
        plane[:] = value
    return picture


def patch(top: int, left: int, height: int, width: int, rgba: tuple[int, int, int, int]) -> av.VideoFrame:
    picture = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    picture[:, :, :3] = (255, 0, 255)  # what is wholly transparent may have any colour
    picture[top : top + height, left : left + width] = rgba
    return av.VideoFrame.from_ndarray(picture, format="rgba")


def laid(overlay: av.VideoFrame) -> Planes:
    picture = plain()
    planes = planes_of(picture)
    Overlay(overlay).lay_over(planes)
    return planes


@pytest.mark.parametrize("alpha", [255, 128, 51])
@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
def test_a_patch_is_mixed_in_by_its_alpha(colour: tuple[int, int, int], alpha: int) -> None:
    planes = laid(patch(8, 12, 16, 20, (*colour, alpha)))
    share = alpha / 255
    wanted = video(*colour) * share + np.array(BELOW) * (1 - share)
    inside = [planes[0][8:24, 12:32], planes[1][4:12, 6:16], planes[2][4:12, 6:16]]
    for part, value in zip(inside, wanted, strict=True):
        assert np.abs(part - value).max() <= 1
    for plane, below, part in zip(planes, BELOW, inside, strict=True):
        assert np.count_nonzero(plane != below) <= part.size  # nothing beside it


@pytest.mark.parametrize("top", [0, 7, 8, HEIGHT - 9])
@pytest.mark.parametrize("left", [0, 11, 12, WIDTH - 13])
def test_a_patch_at_an_odd_place_covers_its_own_pixels(top: int, left: int) -> None:
    height, width = 9, 13
    luma, cb, _ = laid(patch(top, left, height, width, (*COLOURS["blue"], 255)))
    covered = np.zeros((HEIGHT, WIDTH), bool)
    covered[top : top + height, left : left + width] = True
    y, u, _ = video(*COLOURS["blue"])
    assert np.abs(luma[covered] - y).max() <= 1
    assert (luma[~covered] == BELOW[0]).all()
    # a block of four has the colour by as much as it is covered
    share = covered.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean(axis=(1, 3))
    assert np.abs(cb - (share * u + (1 - share) * BELOW[1])).max() <= 1


def test_a_single_pixel_in_the_last_corner() -> None:
    luma, *_ = laid(patch(HEIGHT - 1, WIDTH - 1, 1, 1, (255, 255, 255, 255)))
    assert luma[-1, -1] == 235 and np.count_nonzero(luma != BELOW[0]) == 1


def test_an_overlay_that_shows_nothing_changes_nothing() -> None:
    overlay = Overlay(patch(0, 0, 0, 0, (0, 0, 0, 0)))
    planes = planes_of(plain())
    overlay.lay_over(planes)
    assert overlay.empty
    assert all((plane == value).all() for plane, value in zip(planes, BELOW, strict=True))


def test_only_what_can_be_seen_is_worked_on() -> None:
    seen = Overlay(patch(8, 12, 4, 6, (255, 255, 255, 128)))
    assert [part[1].shape for part in seen._parts] == [(4, 6), (2, 3), (2, 3)]


@pytest.mark.parametrize("ground", ["#000000", "#ffffff", "#1a2b3c"])
@pytest.mark.parametrize("strength", [0.0, 0.25, 0.5, 0.9])
def test_a_fade_goes_to_its_colour(ground: str, strength: float) -> None:
    planes = planes_of(plain())
    fade(planes, ground, strength)
    rgb = tuple(bytes.fromhex(ground[1:]))
    wanted = np.array(BELOW) * strength + video(rgb[0], rgb[1], rgb[2]) * (1 - strength)
    for plane, value in zip(planes, wanted, strict=True):
        assert plane.min() == plane.max() and abs(int(plane[0, 0]) - value) <= 1


def test_at_full_strength_a_fade_leaves_the_picture_as_it_is() -> None:
    picture = plain()
    luma = planes_of(picture)[0]
    luma[:] = np.arange(WIDTH, dtype=np.uint8)
    before = luma.copy()
    fade(planes_of(picture), "#ff0000", 1.0)
    assert (luma == before).all()


def test_a_copy_has_pixels_of_its_own() -> None:
    picture = plain()
    copy = copied(picture)
    planes_of(copy)[0][:] = 16
    assert (planes_of(picture)[0] == BELOW[0]).all()
