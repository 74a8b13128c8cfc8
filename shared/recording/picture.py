"""Judge a picture of a page."""

from __future__ import annotations

import av
import numpy as np

_NOTICEABLE = 6  # levels of 255: less than that is the codec's noise


def decode_jpeg(jpeg: bytes) -> av.VideoFrame:
    """The one frame of a JPEG."""
    decoder = av.CodecContext.create("mjpeg", "r")
    frames = [*decoder.decode(av.Packet(jpeg)), *decoder.decode(None)]
    frame = frames[0]
    assert isinstance(frame, av.VideoFrame)  # mjpeg decodes to pictures
    return frame


def is_blank(jpeg: bytes) -> bool:
    """Whether nearly all of the picture has one colour (all but a thousandth of its pixels)."""
    pixels = decode_jpeg(jpeg).to_ndarray(format="rgb24")
    low, high = np.percentile(pixels, (0.05, 99.95), axis=(0, 1))
    return bool(np.max(high - low) < _NOTICEABLE)
