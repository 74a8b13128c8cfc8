"""Filters over files that we were given: a recording fitted into the picture, a logo in its corner."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import ffmpeg

from shared.composition.clips import TO_VIDEO
from shared.media.presets import Picture
from shared.media.ffmpeg import SAFE_INPUT
from shared.media.files import MAX_PIXELS, UnusableMedia, media_format

Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]

_LOGO_HEIGHT = 1 / 12  # of the picture's
_LOGO_WIDTH = 1 / 5
_MARGIN = 1 / 30


def fit_recording(recording: Path, picture: Picture) -> Any:
    """An ffmpeg-python stream of a recording's pictures, whole in the middle of black."""
    source = ffmpeg.input(
        str(recording.resolve()), f=media_format(recording), max_pixels=MAX_PIXELS, **SAFE_INPUT
    )
    fitted = source["v:0"].filter(
        "scale", picture.width, picture.height, force_original_aspect_ratio="decrease", **TO_VIDEO
    )
    return fitted.filter("pad", picture.width, picture.height, -1, -1, "black").filter("setsar", 1)


def place_logo(stream: Any, logo: Path, corner: Corner, picture: Picture) -> Any:
    """The stream with a PNG or JPEG in a corner. Raises UnusableMedia for another file."""
    source = ffmpeg.input(str(logo.resolve()), f=_image_format(logo), max_pixels=MAX_PIXELS, **SAFE_INPUT)
    scaled = source.filter(
        "scale",
        round(picture.width * _LOGO_WIDTH),
        round(picture.height * _LOGO_HEIGHT),
        force_original_aspect_ratio="decrease",
        **TO_VIDEO,
    ).filter("format", "yuva420p")
    margin = round(picture.height * _MARGIN)
    left = margin if corner.endswith("left") else f"W-w-{margin}"
    top = margin if corner.startswith("top") else f"H-h-{margin}"
    return stream.overlay(scaled, x=left, y=top)


def _image_format(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise UnusableMedia(f"the logo {path.name} can't be read: {error.strerror}") from error
    if head == b"\x89PNG\r\n\x1a\n":
        return "png_pipe"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg_pipe"
    raise UnusableMedia(f"the logo {path.name} is neither PNG nor JPEG")
