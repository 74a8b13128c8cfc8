"""Media files as they are: known by their first bytes, opened with that demuxer only, and measured."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import Permanent
from shared.values import Value

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

MAX_PIXELS = 7680 * 4320
"""A picture larger than this is refused before it is decoded."""

VIDEO_FORMATS = frozenset({"mov", "matroska"})
SOUND_FORMATS = frozenset({"wav", "mp3", "ogg", "flac", "mov", "matroska"})

_DECODERS = """
h264 hevc vp8 vp9 av1 libdav1d mpeg4 mjpeg prores
aac mp3 mp3float opus vorbis flac alac ac3 eac3
pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_f64le
"""
DECODERS = frozenset(_DECODERS.split())
"""FFmpeg's names of the decoders that may see what we were given: those that are in common use."""

MISSING_SECONDS = 1.0  # a file may end this much before its header says so
MISSING_SHARE = 0.1
_LOOK_SECONDS = 20.0
_MICROSECONDS = 1_000_000  # FFmpeg counts a container's length in them


class UnusableMedia(Permanent):
    """A media file is not what it should be; the text says what is wrong with it."""


class VideoFacts(Value):
    """A video file, measured by reading it through.

    duration_seconds: of the video stream. audio_seconds: None without sound.
    """

    duration_seconds: float
    width: int
    height: int
    frame_rate: float
    frame_count: int
    audio_seconds: float | None
    file_size_bytes: int


def media_format(path: Path) -> str:
    """FFmpeg's name of the demuxer, told by the file's first bytes. Raises UnusableMedia."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise UnusableMedia(f"{path.name} can't be read: {error.strerror}") from error
    if not head:
        raise UnusableMedia(f"{path.name} is empty")
    for found, name in (
        (head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}, "mov"),
        (head.startswith(b"\x1a\x45\xdf\xa3"), "matroska"),
        (head.startswith(b"RIFF") and head[8:12] == b"WAVE", "wav"),
        (head.startswith(b"OggS"), "ogg"),
        (head.startswith(b"fLaC"), "flac"),
        (head.startswith(b"ID3") or (head[0] == 0xFF and head[1:2] >= b"\xe0"), "mp3"),
    ):
        if found:
            return name
    raise UnusableMedia(
        f"{path.name} is no media file that is known here (MP4, WebM, WAV, MP3, Ogg or FLAC): "
        f"it starts with {head[:8]!r}. Save it as one of these"
    )


@contextmanager
def opened(path: Path, formats: frozenset[str]) -> Iterator[InputContainer]:
    """The file, opened with the demuxer that its first bytes name and nothing else.

    What FFmpeg finds wrong inside the block is raised as UnusableMedia.
    """
    name = media_format(path)
    if name not in formats:
        raise UnusableMedia(f"{path.name} holds {name}, which can't be used here")
    if name == "wav":
        _check_riff(path)
    import av  # a large library that not everybody needs who knows of media files

    try:
        with av.open(
            str(path.resolve()),
            format=name,
            options={"protocol_whitelist": "file", "codec_whitelist": ",".join(sorted(DECODERS))},
            timeout=_LOOK_SECONDS,
            metadata_errors="replace",
        ) as container:
            yield container
    except av.error.FFmpegError as error:
        if error.errno == errno.ENOSPC:  # said of a file that the block writes
            raise
        raise UnusableMedia(f"{path.name} is damaged: {error.strerror}") from error


def probe_video(path: Path) -> VideoFacts:
    """Measure a video by reading it through, without decoding.

    Raises:
        UnusableMedia: for a file that is empty, no video, damaged, or shorter than its header says.
    """
    with opened(path, VIDEO_FORMATS) as container:
        video = moving_picture(path, container)
        if not 0 < video.width * video.height <= MAX_PIXELS:
            raise UnusableMedia(f"{path.name} has pictures of {video.width}x{video.height}")
        frames, ends = _read_through(container)
        if not frames:
            raise UnusableMedia(f"{path.name} has no pictures in it")
        _check_whole(path, container, max(ends.values()))
        audio = container.streams.audio[0] if container.streams.audio else None
        start = Fraction(0) if video.start_time is None else video.start_time * _time_base(video)
        seconds = float(ends[video.index] - start)
        began = Fraction(container.start_time or 0, _MICROSECONDS)
        return VideoFacts(
            duration_seconds=seconds,
            width=video.width,
            height=video.height,
            frame_rate=float(video.average_rate or frames / Fraction(seconds)),
            frame_count=frames,
            audio_seconds=float(ends[audio.index] - began) if audio and ends[audio.index] else None,
            file_size_bytes=path.stat().st_size,
        )


def moving_picture(path: Path, container: InputContainer) -> VideoStream:
    """The first stream of pictures that is no cover image. Raises UnusableMedia."""
    from av.stream import Disposition

    for video in container.streams.video:
        if Disposition.attached_pic not in video.disposition:
            return video
    raise UnusableMedia(f"{path.name} has no picture")


def _read_through(container: InputContainer) -> tuple[int, dict[int, Fraction]]:
    """The number of pictures, and when each stream ends, in seconds."""
    frames, ends = 0, dict.fromkeys(range(len(container.streams)), Fraction(0))
    for packet in container.demux():
        if packet.pts is None or packet.size == 0:
            continue
        frames += packet.stream.type == "video"
        end = (packet.pts + (packet.duration or 0)) * _time_base(packet.stream)
        ends[packet.stream.index] = max(ends[packet.stream.index], end)
    return frames, ends


def _check_whole(path: Path, container: InputContainer, end: Fraction) -> None:
    """A file that was cut short still has the length of the whole in its header."""
    if container.duration is None:
        return
    promised = container.duration / _MICROSECONDS
    if end < promised - min(MISSING_SECONDS, MISSING_SHARE * promised):
        raise UnusableMedia(f"{path.name} is cut short: {float(end):.1f} s of {promised:.1f} s are there")


def _check_riff(path: Path) -> None:
    """FFmpeg takes a WAV's real size for its length. A streamed one has no size in its header."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8)[4:], "little")
    promised, there = size + 8, path.stat().st_size
    if size not in {0, 0xFFFFFFFF} and there + 8 < promised:
        raise UnusableMedia(f"{path.name} is cut short: {there} of {promised} bytes are there")


def _time_base(stream: Stream) -> Fraction:
    return stream.time_base or Fraction(1, 1000)
