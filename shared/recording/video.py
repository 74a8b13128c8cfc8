"""A recording's own mp4: H.264 at a constant frame rate, made while the page is being filmed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.codec.context import ThreadType
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from shared.recording.picture import decode_jpeg

_BT709 = 1  # as ITU-T H.273 numbers matrix, primaries and transfer


class VideoFile:
    """Encodes JPEG frames with x264 as yuv420p, BT.709, limited range, fast start.

    preset, crf: x264's.
    """

    def __init__(self, path: Path, width: int, height: int, fps: int, *, preset: str, crf: int) -> None:
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        stream = self._container.add_stream("libx264", rate=fps, options={"preset": preset, "crf": str(crf)})
        assert isinstance(stream, VideoStream)  # x264 encodes video
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.thread_type = ThreadType.FRAME  # sliced frames are larger
        context.color_range = ColorRange.MPEG
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        self._stream = stream
        self._tick = Fraction(1, fps)
        self._count = 0

    def add(self, jpeg: bytes, frames: int) -> None:
        """A picture that stands for so many frames."""
        picture = _to_video(decode_jpeg(jpeg))
        for _ in range(frames):
            picture.pts = self._count
            picture.time_base = self._tick
            self._count += 1
            self._container.mux(self._stream.encode(picture))

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()


def _to_video(picture: VideoFrame) -> VideoFrame:
    """From JPEG's colours (BT.601, full range) to those of HD video."""
    video = picture.reformat(
        format="yuv420p",
        src_colorspace=Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )
    video.pict_type = PictureType.NONE  # JPEGs say that they are intra frames; the encoder is to choose
    return video
