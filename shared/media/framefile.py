"""frames.mkv: the unique frames of a scene, as they came from the browser, each with how long it stands."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.video.stream import VideoStream


class FrameFile:
    """Writes JPEGs into a Matroska file without encoding them anew.

    Matroska counts milliseconds: a frame's number is round(time * fps), exact for up to 60 frames a second.
    fps: frames a second. durations: of each unique frame so far, in frames.
    """

    def __init__(self, path: Path, width: int, height: int, fps: int) -> None:
        self._container = av.open(str(path), "w", format="matroska")
        stream = self._container.add_stream("mjpeg", rate=fps)
        assert isinstance(stream, VideoStream)  # mjpeg is a video codec
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        stream.time_base = Fraction(1, fps)
        self._stream = stream
        self.fps = fps
        self._start = 0
        self._pending = b""
        self.durations: list[int] = []

    def add(self, jpeg: bytes | None) -> None:
        """The next frame; None repeats the one before."""
        if jpeg is None:
            self.durations[-1] += 1
            return
        self._write_pending()
        self._pending = jpeg
        self.durations.append(1)

    def _write_pending(self) -> None:
        if not self._pending:
            return
        packet = av.Packet(self._pending)
        packet.stream = self._stream
        packet.time_base = Fraction(1, self.fps)
        packet.pts = packet.dts = self._start
        packet.duration = self.durations[-1]
        packet.is_keyframe = True
        self._container.mux(packet)
        self._start += self.durations[-1]

    def __enter__(self) -> FrameFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write_pending()
        finally:
            self._container.close()
