"""What lies over a picture: transparent overlays, and fades through a colour."""

from __future__ import annotations

import av
import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

# ITU-R BT.709, limited range: rows give Y, Cb and Cr of R, G and B from 0 to 255
_TO_VIDEO = np.array(
    [[0.2126, 0.7152, 0.0722], [-0.114572, -0.385428, 0.5], [0.5, -0.454153, -0.045847]], np.float32
) * np.array([[219 / 255], [224 / 255], [224 / 255]], dtype=np.float32)
_ZERO = np.array([16, 128, 128], np.float32)


class Overlay:
    """A picture with alpha, ready to be laid over others: only the part of it that can be seen is kept."""

    def __init__(self, picture: VideoFrame) -> None:
        rgba = picture.to_ndarray(format="rgba")
        seen = np.argwhere(rgba[:, :, 3])
        self.empty = len(seen) == 0
        if self.empty:
            return
        top, left = seen.min(axis=0) // 2 * 2  # colour has half the resolution: whole blocks of four
        bottom, right = np.minimum((seen.max(axis=0) + 2) // 2 * 2, np.array(rgba.shape[:2]) // 2 * 2)
        part = rgba[top:bottom, left:right].astype(np.float32)
        luma = np.s_[top:bottom, left:right]
        chroma = np.s_[top // 2 : bottom // 2, left // 2 : right // 2]
        alpha = part[:, :, 3:] / np.float32(255)
        colours = (
            part[:, :, :3] @ _TO_VIDEO.T + _ZERO
        ) * alpha  # premultiplied, so that blocks can be averaged
        few, below = _halved(colours), 1 - _halved(alpha)[:, :, 0]
        self._parts = (
            (luma, 1 - alpha[:, :, 0], colours[:, :, 0]),
            (chroma, below, few[:, :, 1]),
            (chroma, below, few[:, :, 2]),
        )

    def lay_over(self, planes: tuple[Plane, Plane, Plane]) -> None:
        """Change the planes of a yuv420p picture in place."""
        if self.empty:
            return
        for plane, (where, below, colour) in zip(planes, self._parts, strict=True):
            plane[where] = plane[where] * below + colour + 0.5


def fade(planes: tuple[Plane, Plane, Plane], ground: str, strength: float) -> None:
    """Mix a colour (#rrggbb) into the planes of a yuv420p picture in place: 1 leaves the picture as it is."""
    rgb = np.array([int(ground[at : at + 2], 16) for at in (1, 3, 5)], np.float32)
    steps = np.arange(256, dtype=np.float32)
    for plane, level in zip(planes, _TO_VIDEO @ rgb + _ZERO, strict=True):
        table = np.rint(level + (steps - level) * strength).astype(np.uint8)
        plane[:] = table[plane]


def planes_of(picture: VideoFrame) -> tuple[Plane, Plane, Plane]:
    """The planes of a yuv420p picture, to be changed in place."""
    luma, blue, red = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in picture.planes
    )
    return luma, blue, red


def copied(picture: VideoFrame) -> VideoFrame:
    """Another picture with the same pixels."""
    copy = av.VideoFrame(picture.width, picture.height, "yuv420p")
    for target, source in zip(planes_of(copy), planes_of(picture), strict=True):
        target[:] = source
    return copy


def _halved(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """The mean of each block of four."""
    height, width, depth = values.shape
    mean: NDArray[np.floating] = values.reshape(height // 2, 2, width // 2, 2, depth).mean(axis=(1, 3))
    return mean
