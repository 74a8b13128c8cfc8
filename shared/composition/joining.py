"""Clips and sound become one MP4: pictures by stream copy, sound as AAC, the index in front."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av import AudioStream, Packet, VideoStream
from av.container import InputContainer, OutputContainer

from shared.composition.encoding import timescale
from shared.media.files import UnusableMedia, opened
from shared.media.loudness import RATE, Sound, sound_frames

AUDIO_BIT_RATE = 192_000
_AAC_FRAME = 1024


def join_clips(clips: Sequence[Path], sound: Sound, fps: int, video: Path) -> None:
    """Write the MP4 `video`: the clips one after the other, with `sound`, fast start.

    Raises UnusableMedia for clips that can't be joined without encoding.
    """
    with ExitStack() as stack:
        inputs = [stack.enter_context(opened(clip, frozenset({"mov"}))) for clip in clips]
        output = stack.enter_context(
            av.open(
                str(video.resolve()),
                "w",
                format="mp4",
                options={"movflags": "+faststart", "video_track_timescale": str(timescale(fps))},
            )
        )
        pictures = _picture_stream(output, inputs)
        voice = output.add_stream("aac", rate=RATE, layout="stereo")
        assert isinstance(voice, AudioStream)
        voice.bit_rate = AUDIO_BIT_RATE
        packets = heapq.merge(
            _copied(inputs, pictures, fps), _encoded(sound, voice), key=_decoding_time
        )  # in order of time, else the muxer holds one stream in memory until the other comes
        for packet in packets:
            output.mux(packet)


def _picture_stream(output: OutputContainer, inputs: Sequence[InputContainer]) -> VideoStream:
    first = inputs[0].streams.video[0]
    for container in inputs[1:]:
        if container.streams.video[0].codec_context.extradata != first.codec_context.extradata:
            raise UnusableMedia("the clips were encoded in different ways and can't be joined")
    return output.add_stream_from_template(first)


def _copied(inputs: Sequence[InputContainer], stream: VideoStream, fps: int) -> Iterator[Packet[Any]]:
    """The clips' packets, on one clock: there are no B-frames, so a packet's number is its frame's."""
    ticks = timescale(fps) // fps
    number = 0
    for container in inputs:
        for packet in container.demux(container.streams.video[0]):
            if not packet.size:
                continue
            packet.stream = stream
            packet.time_base = Fraction(1, timescale(fps))
            packet.pts = packet.dts = number * ticks
            packet.duration = ticks
            number += 1
            yield packet


def _encoded(sound: Sound, stream: AudioStream) -> Iterator[Packet[Any]]:
    for frame in sound_frames(sound, _AAC_FRAME):
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _decoding_time(packet: Packet[Any]) -> Fraction:
    assert packet.dts is not None and packet.time_base is not None  # both are set above, or by the encoder
    return packet.dts * packet.time_base
