"""HLS (RFC 8216, CMAF): clips as they are published, and the playlists that put them in a row.

A published clip is one fragmented MP4: a head that is the same for all clips of its level, and a fragment for
each stretch between key frames. Its times are those of the video that it is part of, so a playlist is one
continuous track, which every player takes. Two videos share a clip if it begins at the same second in both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

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
PUBLISHED_VERSION = 1
"""Part of every published clip's name: raise it when the same clip is written in another way."""

_FRAGMENTED = "+empty_moov+default_base_moof+cmaf+frag_discont+skip_trailer"


class Segment(Value):
    """Bytes [offset, offset + size) of a published clip, and how long they last."""

    offset: int
    size: int
    seconds: float


class Published(Value):
    """A clip as it is published. path: from the site's root; head: so many bytes, alike in all of a track."""

    path: str
    head: int
    segments: tuple[Segment, ...]


class Track(Value):
    """Published clips in a row, without a gap."""

    clips: tuple[Published, ...]

    @property
    def segments(self) -> list[Segment]:
        return [segment for clip in self.clips for segment in clip.segments]

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


def write_pictures(clip: Path, first_frame: int, fps: int, path: str, target: Path) -> Published:
    """Write a clip to `target` as it is published at `path`, beginning at this frame of its video."""
    ticks, keys, frames = timescale(fps) // fps, [], 0
    with opened(clip, frozenset({"mov"})) as source, _fragments(target, "+frag_keyframe", fps) as output:
        given = source.streams.video[0]
        stream = output.add_stream_from_template(given)
        for packet in source.demux(given):
            if not packet.size:
                continue
            if packet.is_keyframe:
                keys.append(frames)
            packet.stream, packet.time_base = stream, Fraction(1, timescale(fps))
            packet.pts = packet.dts = (first_frame + frames) * ticks
            packet.duration = ticks
            frames += 1
            output.mux(packet)
    lengths = [(end - start) / fps for start, end in zip(keys, [*keys[1:], frames], strict=True)]
    return _published(path, target, lengths)


def write_sound(
    packets: Sequence[bytes], head: bytes, first_packet: int, path: str, target: Path
) -> Published:
    """Write AAC packets to `target` as they are published. head: their AudioSpecificConfig."""
    each = _SOUND_SEGMENT_SECONDS * RATE // AAC_FRAME
    with _fragments(target, "", 0, frag_duration=str(each * AAC_FRAME * 1_000_000 // RATE)) as output:
        stream = output.add_stream("aac", rate=RATE, layout="stereo")
        stream.codec_context.extradata = head
        for packet in sound_packets(packets, first_packet):
            packet.stream = stream
            output.mux(packet)
    counts = [min(each, len(packets) - at) for at in range(0, len(packets), each)]
    return _published(path, target, [count * AAC_FRAME / RATE for count in counts])


def sound_packets(packets: Sequence[bytes], first_packet: int = 0) -> Iterator[Packet[Any]]:
    """AAC packets with their times, as muxers take them."""
    for number, data in enumerate(packets, first_packet):
        packet = Packet(data)
        packet.time_base = Fraction(1, RATE)
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
    first = track.clips[0]
    longest = max(segment.seconds for segment in track.segments)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, round(longest))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{first.path}",BYTERANGE="{first.head}@0"',
    ]
    for clip in track.clips:
        for segment in clip.segments:
            lines += [
                f"#EXTINF:{segment.seconds:.6f},",
                f"#EXT-X-BYTERANGE:{segment.size}@{segment.offset}",
                clip.path,
            ]
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
def _fragments(target: Path, flags: str, fps: int, **options: str) -> Iterator[OutputContainer]:
    options = {"movflags": _FRAGMENTED + flags, "write_btrt": "0", **options}  # heads are to be equal
    if fps:
        options["video_track_timescale"] = str(timescale(fps))
    with av.open(str(target.resolve()), "w", format="mp4", options=options) as output:
        yield output


def _published(path: str, file: Path, lengths: Sequence[float]) -> Published:
    """Where the fragments are that libavformat wrote, one for each of these lengths in seconds."""
    parts: list[tuple[int, int]] = []
    head = 0
    for offset, size, kind in _boxes(file):
        if kind == b"moov":
            head = offset + size
        elif kind == b"moof":
            parts.append((offset, size))
        elif kind == b"mdat":
            start, so_far = parts.pop()
            parts.append((start, so_far + size))
    segments = tuple(
        Segment(offset=offset, size=size, seconds=seconds)
        for (offset, size), seconds in zip(parts, lengths, strict=True)
    )
    return Published(path=path, head=head, segments=segments)


def _boxes(file: Path) -> Iterator[tuple[int, int, bytes]]:
    """Offset, size and type of each box at the top (ISO/IEC 14496-12, 4.2); none here needs 64 bits."""
    with file.open("rb") as source:
        offset = 0
        while len(header := source.read(8)) == 8:
            size = int.from_bytes(header[:4], "big")
            yield offset, size, header[4:]
            offset += size
            source.seek(offset)
