"""A finished video file, measured: its frames and their times, its sound, the order of its parts."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from shared.media.files import UnusableMedia, opened
from shared.media.loudness import RATE, Loudness, Sound, measure
from shared.values import Value

_MP4 = frozenset({"mov"})


class Version(Value):
    """One size of a video. Seconds are exact to a millisecond.

    level: such as `1080p`. fast_start: the index stands before the media, so playing starts at once.
    audio_seconds: of the sound as it is heard, priming and padding left out; None without sound.
    av_start_seconds, av_end_seconds: by how much sound starts and ends after the picture.
    sound: SHA-256 of the coded sound.
    """

    level: str
    width: int
    height: int
    fps: float
    frame_count: int
    duration_seconds: float
    constant_frame_rate: bool
    fast_start: bool
    audio_seconds: float | None = None
    av_start_seconds: float | None = None
    av_end_seconds: float | None = None
    sound: str = ""
    file_size_bytes: int


def measure_version(level: str, video: Path) -> Version:
    """Read an MP4 through; only its sound is decoded. Raises UnusableMedia."""
    with opened(video, _MP4) as container:
        if not container.streams.video:
            raise UnusableMedia(f"{video.name} has no picture")
        stream = container.streams.video[0]
        width, height, rate = stream.width, stream.height, float(stream.average_rate or 0)
        times, end, digest = _times(container)
    if not times:
        raise UnusableMedia(f"{video.name} has no pictures in it")
    heard = _heard(video)
    return Version(
        level=level,
        width=width,
        height=height,
        fps=round(rate, 3),
        frame_count=len(times),
        duration_seconds=_milliseconds(end - times[0]),
        constant_frame_rate=len({after - before for before, after in pairwise(times)}) <= 1,
        fast_start=is_fast_start(video),
        audio_seconds=heard and _milliseconds(heard[1] - heard[0]),
        av_start_seconds=heard and _milliseconds(heard[0] - times[0]),
        av_end_seconds=heard and _milliseconds(heard[1] - end),
        sound=digest,
        file_size_bytes=video.stat().st_size,
    )


def _times(container: InputContainer) -> tuple[list[Fraction], Fraction, str]:
    """When each picture is shown, in order; when the last one ends; and the digest of the sound."""
    times: list[int] = []
    end = 0
    sound = hashlib.sha256()
    video = container.streams.video[0]
    base = video.time_base or Fraction(1, 1000)
    for packet in container.demux(*container.streams.video[:1], *container.streams.audio[:1]):
        if packet.pts is None or not packet.size:
            continue
        if packet.stream is not video:
            sound.update(bytes(packet))
            continue
        times.append(packet.pts)
        end = max(end, packet.pts + (packet.duration or 0))
    return (
        [time * base for time in sorted(times)],
        end * base,
        sound.hexdigest() if container.streams.audio else "",
    )


def _heard(video: Path) -> tuple[Fraction, Fraction] | None:
    """From when until when there is sound: the decoder leaves out what the edit list does."""
    start, samples, rate = None, 0, RATE
    with opened(video, _MP4) as container:
        if not container.streams.audio:
            return None
        for frame in container.decode(container.streams.audio[0]):
            if start is None and frame.pts is not None:
                start = frame.pts * (frame.time_base or Fraction(1, RATE))
            samples, rate = samples + frame.samples, frame.sample_rate
    return None if start is None else (start, start + Fraction(samples, rate))


def measure_loudness(video: Path) -> Loudness:
    """Of the decoded sound; silence if there is none."""
    with opened(video, _MP4) as container:
        if not container.streams.audio:
            return Loudness(integrated_lufs=None, true_peak_dbtp=None)
        parts = [_stereo(frame.to_ndarray()) for frame in container.decode(audio=0)]
    return measure(np.concatenate([np.zeros((0, 2), np.float32), *parts]))


def _stereo(planes: NDArray[Any]) -> Sound:
    """(channels, samples) as (samples, 2): one channel is heard from both sides."""
    both = planes if len(planes) == 2 else np.repeat(planes[:1], 2, axis=0)
    return np.ascontiguousarray(both.T, dtype=np.float32)


def is_fast_start(video: Path) -> bool:
    """Whether `moov` stands before `mdat`."""
    with video.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = int.from_bytes(head[:4]), head[4:]
            if kind in {b"moov", b"mdat"}:
                return kind == b"moov"
            if size == 1:  # the size is in the next eight bytes
                size = int.from_bytes(file.read(8)) - 8
            if size < 8:
                break
            file.seek(size - 8, 1)
    return False


def _milliseconds(seconds: Fraction) -> float:
    return round(float(seconds), 3)
