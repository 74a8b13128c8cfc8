"""Clips and sound become one MP4 by stream copy, with chapters and its index in front."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any

import av
from av import Packet, VideoStream
from av.container import InputContainer, OutputContainer

from shared.composition.chapters import Chapter, container_chapters
from shared.composition.hls import AAC_FRAME, sound_packets
from shared.media.files import UnusableMedia, opened
from shared.media.loudness import RATE
from shared.media.video_file import timescale


def join_clips(
    clips: Sequence[Path],
    sound: Sequence[bytes],
    sound_config: bytes,
    fps: int,
    video: Path,
    chapters: Sequence[Chapter] = (),
) -> None:
    """Write the MP4 `video`: the clips one after the other, with AAC packets of 1024 samples, fast start.

    Without sound there is no track of it.

    Raises UnusableMedia for clips that can't be joined without encoding.
    """
    with ExitStack() as stack:
        inputs = [stack.enter_context(opened(clip, frozenset({"mov"}))) for clip in clips]
        # write_btrt: the same video, joined from other files, is to be the same file
        options = {
            "movflags": "+faststart",
            "video_track_timescale": str(timescale(fps)),
            "write_btrt": "0",
        }
        output = stack.enter_context(av.open(str(video.resolve()), "w", format="mp4", options=options))
        pictures = _picture_stream(output, inputs)
        heard: Iterator[_Timed] = iter(())
        if sound:
            voice = output.add_stream("aac", rate=RATE, layout="stereo")
            voice.codec_context.extradata = sound_config
            heard = _sounding(sound, voice)
        if chapters:
            output.set_chapters(container_chapters(chapters))
        timed = heapq.merge(
            _copied(inputs, pictures, fps), heard, key=itemgetter(0)
        )  # in order of time, else the muxer holds one stream in memory until the other comes
        for _, packet in timed:
            output.mux(packet)


def _picture_stream(output: OutputContainer, inputs: Sequence[InputContainer]) -> VideoStream:
    first = inputs[0].streams.video[0]
    for container in inputs[1:]:
        if container.streams.video[0].codec_context.extradata != first.codec_context.extradata:
            raise UnusableMedia("the clips were encoded in different ways and can't be joined")
    return output.add_stream_from_template(first)


_Timed = tuple[float, "Packet[Any]"]
"""When a packet is to be decoded, in seconds, and the packet."""


def _copied(inputs: Sequence[InputContainer], stream: VideoStream, fps: int) -> Iterator[_Timed]:
    """The clips' packets, on one clock: there are no B-frames, so a packet's number is its frame's."""
    tick, ticks = Fraction(1, timescale(fps)), timescale(fps) // fps
    number = 0
    for container in inputs:
        for packet in container.demux(container.streams.video[0]):
            if not packet.size:
                continue
            packet.stream = stream
            packet.time_base = tick
            packet.pts = packet.dts = number * ticks
            packet.duration = ticks
            yield number / fps, packet
            number += 1


def _sounding(sound: Sequence[bytes], stream: av.AudioStream) -> Iterator[_Timed]:
    for number, packet in enumerate(sound_packets(sound)):
        packet.stream = stream
        yield number * AAC_FRAME / RATE, packet


def sound_of(track: Path) -> tuple[list[bytes], bytes]:
    """The AAC packets of a published track of sound, and their AudioSpecificConfig."""
    with opened(track, frozenset({"mov"})) as source:
        stream = source.streams.audio[0]
        packets = [bytes(packet) for packet in source.demux(stream) if packet.size]
        return packets, stream.codec_context.extradata or b""
