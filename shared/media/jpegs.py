"""JPEGs like the recorder's: full range, BT.601, hardly compressed."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

_FINEST = 2  # of FFmpeg's quantizers for JPEG, 2 to 31


class JpegEncoder:
    """Encodes pictures of one size, given as bytes of yuvj420p."""

    def __init__(self, width: int, height: int) -> None:
        encoder = av.CodecContext.create("mjpeg", "w")
        assert isinstance(encoder, VideoCodecContext)  # mjpeg is a video codec
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
        encoder.time_base = Fraction(1, 60)
        encoder.qmin = encoder.qmax = _FINEST
        encoder.thread_count = 1  # so that a picture comes out as it goes in
        self._encoder = encoder
        self._shape = (height * 3 // 2, width)

    def encode(self, picture: bytes) -> bytes:
        rows = np.frombuffer(picture, np.uint8).reshape(self._shape)
        frame = av.VideoFrame.from_ndarray(rows, format="yuvj420p")
        (packet,) = self._encoder.encode(frame)
        return bytes(packet)
