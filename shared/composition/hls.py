"""HLS (RFC 8216, CMAF): clips in segments as they are published, and the playlists that put them in a row.

A clip is published as a fragmented MP4 in files: a head that is the same for all clips of its level, and a
segment for each stretch between key frames. Their times are those of the video that the clip is part of, so a
playlist is one continuous track, which every player takes. Two videos share a clip if it begins at the same
second in both. Files, not ranges of one: FFmpeg loses ranges of a file that it reads over one connection.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
from av import Packet
from av.container import OutputContainer

from shared.media.files import opened
from shared.media.loudness import RATE
from shared.media.presets import Level
from shared.media.video_file import timescale
from shared.values import Value

AAC_FRAME = 1024
SOUND_CODEC = "mp4a.40.2"
_SOUND_SEGMENT_SECONDS = 6
PUBLISHED_VERSION = 2
"""Part of every published clip's name: raise it when the same clip is written in another way."""

_FRAGMENTED = "+empty_moov+default_base_moof+cmaf+frag_discont+skip_trailer"


class Fragments(NamedTuple):
    """A clip as it is published: the bytes of its head, and of each segment with its seconds."""

    head: bytes
    parts: list[tuple[bytes, float]]


class Segment(Value):
    """A published file. path: from the site's root. size: in bytes. seconds: how long it lasts."""

    path: str
    size: int
    seconds: float


class Track(Value):
    """Segments in a row, without a gap. head: the path of what they all begin with."""

    head: str
    segments: tuple[Segment, ...]

    @property
    def peak_bits(self) -> int:
        """A second, in the segment that has the most."""
        return math.ceil(max(8 * segment.size / segment.seconds for segment in self.segments))

    @property
    def mean_bits(self) -> int:
        """A second, over all."""
        segments = self.segments
        return math.ceil(8 * sum(s.size for s in segments) / sum(s.seconds for s in segments))


class Rendition(Value):
    """The pictures at a level. path: of its playlist. codec: as RFC 6381 has it."""

    path: str
    level: Level
    codec: str
    track: Track


def picture_fragments(clip: Path, first_frame: int, fps: int, scratch: Path) -> Fragments:
    """A clip as it is published, beginning at this frame of its video. scratch: a file on the way."""
    tick, ticks, keys, frames = Fraction(1, timescale(fps)), timescale(fps) // fps, [], 0
    with opened(clip, frozenset({"mov"})) as source, _muxed(scratch, "+frag_keyframe", fps) as output:
        given = source.streams.video[0]
        stream = output.add_stream_from_template(given)
        for packet in source.demux(given):
            if not packet.size:
                continue
            if packet.is_keyframe:
                keys.append(frames)
            packet.stream, packet.time_base = stream, tick
            packet.pts = packet.dts = (first_frame + frames) * ticks
            packet.duration = ticks
            frames += 1
            output.mux(packet)
    lengths = [(end - start) / fps for start, end in zip(keys, [*keys[1:], frames], strict=True)]
    return _cut(scratch, lengths)


def sound_fragments(packets: Sequence[bytes], config: bytes, first_packet: int, scratch: Path) -> Fragments:
    """AAC packets as they are published. config: their AudioSpecificConfig."""
    each = _SOUND_SEGMENT_SECONDS * RATE // AAC_FRAME
    with _muxed(scratch, "", 0, frag_duration=str(each * AAC_FRAME * 1_000_000 // RATE)) as output:
        stream = output.add_stream("aac", rate=RATE, layout="stereo")
        stream.codec_context.extradata = config
        for packet in sound_packets(packets, first_packet):
            packet.stream = stream
            output.mux(packet)
    counts = [min(each, len(packets) - at) for at in range(0, len(packets), each)]
    return _cut(scratch, [count * AAC_FRAME / RATE for count in counts])


def sound_packets(packets: Sequence[bytes], first_packet: int = 0) -> Iterator[Packet[Any]]:
    """AAC packets with their times, as muxers take them."""
    tick = Fraction(1, RATE)
    for number, data in enumerate(packets, first_packet):
        packet = Packet(data)
        packet.time_base = tick
        packet.pts = packet.dts = number * AAC_FRAME
        packet.duration = AAC_FRAME
        packet.is_keyframe = True
        yield packet


def codec_of(clip: Path) -> str:
    """The name of a clip's codec for playlists: `avc1.` and profile, constraints and level."""
    with opened(clip, frozenset({"mov"})) as source:
        config = source.streams.video[0].codec_context.extradata or b""
    return f"avc1.{config[1:4].hex()}"  # AVCDecoderConfigurationRecord, ISO/IEC 14496-15


def playlist(track: Track) -> str:
    """The media playlist of a track."""
    longest = max(segment.seconds for segment in track.segments)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, round(longest))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{track.head}"',
    ]
    for segment in track.segments:
        lines += [f"#EXTINF:{segment.seconds:.6f},", segment.path]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_playlist(
    renditions: Sequence[Rendition], sound_path: str, sound: Track, fps: int, language: str
) -> str:
    """The playlist that a player is given: the renditions, the largest first, and the sound."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",LANGUAGE="{language}",'
        f'DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="{sound_path}"',
    ]
    for rendition in renditions:
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={rendition.track.peak_bits + sound.peak_bits},"
            f"AVERAGE-BANDWIDTH={rendition.track.mean_bits + sound.mean_bits},"
            f'CODECS="{rendition.codec},{SOUND_CODEC}",'
            f"RESOLUTION={rendition.level.width}x{rendition.level.height},FRAME-RATE={fps:.3f},"
            'AUDIO="sound"',
            rendition.path,
        ]
    return "\n".join([*lines, ""])


@contextmanager
def _muxed(scratch: Path, flags: str, fps: int, **options: str) -> Iterator[OutputContainer]:
    # write_btrt: heads are to be equal
    options = {"movflags": _FRAGMENTED + flags, "write_btrt": "0", **options}
    if fps:
        options["video_track_timescale"] = str(timescale(fps))
    with av.open(str(scratch.resolve()), "w", format="mp4", options=options) as output:
        yield output


def _cut(scratch: Path, lengths: Sequence[float]) -> Fragments:
    """What libavformat wrote, in its head and a fragment for each of these lengths in seconds."""
    content = scratch.read_bytes()
    scratch.unlink()
    starts = [offset for offset, kind in _boxes(content) if kind == b"moof"]
    ends = [*starts[1:], len(content)]
    parts = [(content[start:end], seconds) for start, end, seconds in zip(starts, ends, lengths, strict=True)]
    return Fragments(content[: starts[0]], parts)


def _boxes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Offset and type of each box at the top (ISO/IEC 14496-12, 4.2); none here needs 64 bits."""
    offset = 0
    while offset < len(content):
        yield offset, content[offset + 4 : offset + 8]
        offset += int.from_bytes(content[offset : offset + 4], "big")
