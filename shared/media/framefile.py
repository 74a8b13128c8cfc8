"""frames.mkv: the unique frames of a scene, as they came from the browser, each with how long it stands."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.container import OutputContainer
from av.video.stream import VideoStream


class FrameFile:
    """Writes JPEGs, or PNGs with alpha, into a Matroska file without encoding them anew.

    Matroska counts milliseconds: a frame's number is round(time * fps), exact for up to 60 frames a second.
    fps: frames a second. durations: of each unique frame so far, in frames.
    """

    def __init__(self, path: Path, width: int, height: int, fps: int, *, alpha: bool = False) -> None:
        self._container = _opened_with_alpha(path) if alpha else av.open(str(path), "w", format="matroska")
        stream = self._container.add_stream("png" if alpha else "mjpeg", rate=fps)
        assert isinstance(stream, VideoStream)  # both are video codecs
        stream.width, stream.height, stream.pix_fmt = width, height, "rgba" if alpha else "yuvj420p"
        stream.time_base = Fraction(1, fps)
        self._stream = stream
        self.fps = fps
        self._start = 0
        self._pending = b""
        self.durations: list[int] = []

    def add(self, picture: bytes | None) -> None:
        """The next frame; None repeats the one before."""
        if picture is None:
            self.durations[-1] += 1
            return
        self._write_pending()
        self._pending = picture
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


def _opened_with_alpha(path: Path) -> OutputContainer:
    """Matroska that takes PNG, which it keeps under its name for AVI: PyAV offers it what it has names for.

    Through FFmpeg's `tee` nothing is asked. https://ffmpeg.org/ffmpeg-formats.html#tee-1
    """
    plain = re.sub(r"([\\'|\[\]: ])", r"\\\1", str(path))
    return av.open(f"[f=matroska]{plain}", "w", format="tee")
