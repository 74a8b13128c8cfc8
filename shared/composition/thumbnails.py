"""The still picture that stands for a video in a mail and before it plays."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av import VideoFrame

from shared.media.files import MAX_PIXELS, VIDEO_FORMATS, UnusableMedia, opened

WIDTH, HEIGHT = 1280, 720
MAX_BYTES = 200_000
_QUANTISERS = (2, 3, 5, 8, 12, 18, 31)  # of MJPEG, the best first


def make_thumbnail(video: Path, target: Path, at_seconds: float = 2.0) -> Path:
    """Write the frame shown at `at_seconds` (or the last) as a JPEG of 1280x720, at most 200 kB.

    Another shape of picture is fitted in whole, on black. Returns `target`. Raises UnusableMedia.
    """
    target.write_bytes(_small_jpeg(_fitted(_frame_at(video, at_seconds))))
    return target


def _frame_at(video: Path, seconds: float) -> VideoFrame:
    with opened(video, VIDEO_FORMATS) as container:
        if not container.streams.video:
            raise UnusableMedia(f"{video.name} has no picture")
        stream = container.streams.video[0]
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        if stream.time_base is not None and seconds > 0:
            container.seek(int(seconds / stream.time_base), stream=stream)
        shown: VideoFrame | None = None
        for frame in container.decode(stream):
            if shown is not None and frame.time is not None and frame.time > seconds + 1e-6:
                break
            shown = frame
    if shown is None:
        raise UnusableMedia(f"{video.name} has no pictures in it")
    return shown


def _fitted(frame: VideoFrame) -> VideoFrame:
    """In the middle of a black picture; full range BT.601, as JPEG has it."""
    scale = min(WIDTH / frame.width, HEIGHT / frame.height)
    width, height = round(frame.width * scale), round(frame.height * scale)
    canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    top, left = (HEIGHT - height) // 2, (WIDTH - width) // 2
    scaled = frame.reformat(width, height, "rgb24", interpolation="LANCZOS")
    canvas[top : top + height, left : left + width] = scaled.to_ndarray()
    return VideoFrame.from_ndarray(canvas, format="rgb24").reformat(
        format="yuvj420p", dst_colorspace="itu601", dst_color_range="JPEG"
    )


def _small_jpeg(frame: VideoFrame) -> bytes:
    jpeg = b""
    for quantiser in _QUANTISERS:
        jpeg = _jpeg(frame, quantiser)
        if len(jpeg) <= MAX_BYTES:
            break
    return jpeg


def _jpeg(frame: VideoFrame, quantiser: int) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.qmin = encoder.qmax = quantiser
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
