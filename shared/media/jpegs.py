"""JPEGs like the recorder's (full range, BT.601), and the pictures of HD video that they become."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av import VideoFrame
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


class JpegDecoder:
    """Decodes JPEGs of one size (BT.601, full range) into the colours of HD video."""

    def __init__(self, width: int, height: int) -> None:
        self._decoder = av.CodecContext.create("mjpeg", "r")
        self._decoder.thread_count = 1
        self._decoder.options = {"err_detect": "explode"}  # a damaged picture is none
        graph = av.filter.Graph()
        source = graph.add_buffer(
            width=width, height=height, format=av.VideoFormat("yuvj420p"), time_base=Fraction(1, 1000)
        )
        # a tenth of what the scaler takes, and its rounding is right
        colours = graph.add(
            "colorspace",
            "ispace=bt470bg:irange=pc:itrc=bt709:iprimaries=bt709:"
            "space=bt709:range=tv:trc=bt709:primaries=bt709:format=yuv420p",
        )
        sink = graph.add("buffersink")
        source.link_to(colours)
        colours.link_to(sink)
        graph.configure()
        self._graph = graph

    def decode(self, jpeg: bytes) -> VideoFrame:
        """Raises av.error.FFmpegError for what is no whole JPEG of that size."""
        (picture,) = self._decoder.decode(av.Packet(jpeg))
        self._graph.push(picture)
        video = self._graph.pull()
        assert isinstance(video, VideoFrame)  # that is what its sink gives
        return video
