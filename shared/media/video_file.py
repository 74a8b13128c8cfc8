"""H.264 at a constant frame rate, of which only the frames that differ are encoded.

All files of one size, rate and encoder have the same parameter sets and timescale, start with a key frame and
can be joined without encoding.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.codec.context import Flags, ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from shared.media.h264 import frame_number, frame_number_bits, numbered
from shared.media.presets import EncoderSettings

ENCODER_VERSION = 3
"""Part of every clip's key: raise it when the same settings give other pixels or other headers."""

_BT709 = 1  # as ITU-T H.273 numbers matrix, primaries and transfer
# No B-frames, one reference: so that a repeated frame fits in anywhere, and presentation starts at zero.
_REPEATABLE = "bframes=0:ref=1:weightp=0:keyint=infinite:scenecut=0:stitchable=1:sync-lookahead=0"
# Always, whatever the machine has: the bytes depend on it where x264 looks ahead. Where it doesn't, a second
# thread costs 12 MB; it saves nothing beside browsers on two cores, and a fifth of `slow` elsewhere.
_THREADS = 2
# Without looking ahead pictures are encoded as they come, and nothing is left to do at the end.
_AT_ONCE = ":rc-lookahead=0:mbtree=0"


class VideoFile:
    """Encodes pictures (yuv420p, BT.709, limited range) with x264 into an MP4 with its index in front.

    A picture that stands for many frames is encoded once; each repetition costs about 90 bytes and no time.
    at_once: for a film that is made while it is encoded: x264 then looks at no picture but the present one,
    which takes a quarter more bytes. bare: where to write the stream without repetitions, as x264 makes it.
    encoded: how many pictures x264 was given so far.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        fps: int,
        encoder: EncoderSettings,
        *,
        at_once: bool = False,
        bare: Path | None = None,
    ) -> None:
        options = {
            "preset": encoder.preset,
            "crf": str(encoder.crf),
            "forced-idr": "1",
            "x264-params": _REPEATABLE + (_AT_ONCE if at_once else ""),
        }
        container = {"movflags": "+faststart", "video_track_timescale": str(timescale(fps))}
        self._container = av.open(str(path), "w", format="mp4", options=container)
        stream = self._container.add_stream("libx264", rate=fps, options=options)
        assert isinstance(stream, VideoStream)  # x264 encodes video
        _describe(stream.codec_context, width, height)
        self._stream = stream
        self._bare = None if bare is None else bare.open("wb")
        self._options = options
        self._repeated = b""
        self._bits = 0
        self._tick = Fraction(1, fps)
        self._key_frames = encoder.keyframe_seconds * fps
        self.encoded = 0
        self._since_key = 0
        self._durations: deque[int] = deque()  # of what is in the encoder, in frames
        self._written = 0
        self._shift = 0  # by how much frame numbers differ from the encoder's own

    def add(self, picture: VideoFrame, frames: int) -> None:
        """A picture that stands for so many frames."""
        while frames > 0:
            if self._since_key >= self._key_frames or not self.encoded:
                self._since_key = 0
            count = min(frames, self._key_frames - self._since_key)
            self._encode(picture, count, key=self._since_key == 0)
            self._since_key += count
            frames -= count

    def _encode(self, picture: VideoFrame, frames: int, *, key: bool) -> None:
        # x264 takes all to stand equally long: told the truth it spends a tenth more bytes on holds
        picture.pict_type = PictureType.I if key else PictureType.NONE
        picture.pts, picture.time_base = self.encoded, self._tick
        self.encoded += 1
        self._durations.append(frames)
        for packet in self._stream.encode(picture):
            self._write(packet)

    def _write(self, packet: av.Packet[VideoStream]) -> None:
        """An encoded picture, and its repetitions, which have their place in the row of frame numbers."""
        frames = self._durations.popleft()
        data = bytes(packet)
        parameters = self._stream.codec_context.extradata or b""
        if self._bare is not None:
            self._bare.write(data if self._bits else parameters + data)
        self._bits = self._bits or frame_number_bits(parameters)
        number = 0
        if packet.is_keyframe:
            self._shift = 0
        else:
            number = frame_number(data, self._bits) + self._shift
            if self._shift:
                data = numbered(data, number, self._bits)
        self._mux(data, is_key=packet.is_keyframe)
        for more in range(1, frames):
            self._mux(numbered(self._repeat(), number + more, self._bits), is_key=False)
        self._shift += frames - 1

    def _repeat(self) -> bytes:
        """What the encoder makes of a picture that is the one before."""
        if not self._repeated:
            ours = self._stream.codec_context
            self._repeated, parameters = _encode_repeat(ours, self._options)
            if parameters != ours.extradata:
                raise RuntimeError("x264 answers the same settings with different parameter sets")
        return self._repeated

    def _mux(self, data: bytes, *, is_key: bool) -> None:
        packet = av.Packet(data)
        packet.stream = self._stream
        packet.time_base = self._tick
        packet.pts = packet.dts = self._written
        packet.duration = 1
        packet.is_keyframe = is_key
        self._written += 1
        self._container.mux(packet)

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self.encoded:
                for packet in self._stream.encode(None):
                    self._write(packet)
        finally:
            self._container.close()
            if self._bare is not None:
                self._bare.close()


def timescale(fps: int) -> int:
    """Ticks a second of every clip and video: a frame is 512 of them."""
    return fps * 512


def _describe(context: VideoCodecContext, width: int, height: int) -> None:
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.thread_type, context.thread_count = ThreadType.FRAME, _THREADS  # sliced frames are larger
    context.color_range = ColorRange.MPEG
    context.colorspace = context.color_primaries = context.color_trc = _BT709


def _encode_repeat(like: VideoCodecContext, options: dict[str, str]) -> tuple[bytes, bytes]:
    """A repeated picture, from an encoder of the same kind, and that encoder's parameter sets."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)
    width, height = like.width, like.height
    _describe(context, width, height)
    context.time_base, context.framerate = like.time_base, like.framerate
    context.flags |= Flags.global_header.value
    context.options = dict(options)
    grey = VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 128, np.uint8), format="yuv420p")
    packets = []
    for number in range(2):
        grey.pts, grey.time_base = number, context.time_base
        packets += context.encode(grey)
    packets += context.encode(None)
    return bytes(packets[1]), bytes(context.extradata or b"")
