"""A picture of a page."""

from __future__ import annotations

import av


def decode_jpeg(jpeg: bytes) -> av.VideoFrame:
    """The one frame of a JPEG."""
    decoder = av.CodecContext.create("mjpeg", "r")
    frames = [*decoder.decode(av.Packet(jpeg)), *decoder.decode(None)]
    frame = frames[0]
    assert isinstance(frame, av.VideoFrame)  # mjpeg decodes to pictures
    return frame
