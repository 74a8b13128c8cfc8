"""From the browser's pictures to those of HD video: yuv420p, BT.709, limited range."""

from __future__ import annotations

from fractions import Fraction

import av
from av import VideoFrame


class JpegDecoder:
    """Decodes JPEGs of one size (BT.601, full range) into the colours of HD video."""

    def __init__(self, width: int, height: int) -> None:
        self._decoder = av.CodecContext.create("mjpeg", "r")
        self._decoder.thread_count = 1
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
        (picture,) = self._decoder.decode(av.Packet(jpeg))
        self._graph.push(picture)
        video = self._graph.pull()
        assert isinstance(video, VideoFrame)  # that is what its sink gives
        return video
