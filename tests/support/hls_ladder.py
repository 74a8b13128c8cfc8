"""A small HLS ladder made by FFmpeg: clips with continuous timestamps, addressed by byte ranges.

Every clip of a rung is one fragmented MP4; its tfdt goes on where the clip before it ends, so that one
EXT-X-MAP serves all of them without a discontinuity. Sound is a rendition of its own.
"""

from __future__ import annotations

import math
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

FPS = 30
RATE = 48_000
AAC_FRAME = 1024
SIZES = ((320, 180), (160, 90))
SECONDS = (2.0, 3.0, 2.5)
_FRAGMENTED = "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets"


@dataclass(frozen=True)
class Part:
    """A range of a file: what one EXT-X-BYTERANGE names. seconds: 0 for what initializes."""

    name: str
    start: int
    size: int
    seconds: float = 0.0


def make_ladder(
    folder: Path, sizes: Sequence[tuple[int, int]] = SIZES, seconds: Sequence[float] = SECONDS
) -> float:
    """Write master.m3u8, its playlists and clips into the folder. Returns the video's exact length."""
    folder.mkdir(parents=True, exist_ok=True)
    streams = []
    for width, height in sizes:
        parts = _video(folder, f"{height}p", (width, height), seconds)
        init = (folder / parts[0].name).read_bytes()[: parts[0].size]
        streams.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={_peak(parts)},RESOLUTION={width}x{height},FRAME-RATE={FPS}.000,"
            f'CODECS="{_avc(init)},mp4a.40.2",AUDIO="voice"\n{height}p.m3u8'
        )
    _audio(folder, sum(seconds))
    voice = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="voice",NAME="Voice",DEFAULT=YES,URI="audio.m3u8"'
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS", voice, *streams]
    (folder / "master.m3u8").write_text("\n".join(lines) + "\n")
    return sum(seconds)


def _video(folder: Path, rung: str, size: tuple[int, int], seconds: Sequence[float]) -> list[Part]:
    begun = 0.0
    clips = []
    for number, length in enumerate(seconds):
        file = folder / f"{rung}-{number}.mp4"
        source = f"testsrc2=size={size[0]}x{size[1]}:rate={FPS}:duration={length}"
        codec = f"-c:v libx264 -preset veryfast -bf 0 -g {FPS} -keyint_min {FPS} -sc_threshold 0 -flags +cgop"
        _ffmpeg("-f", "lavfi", "-i", source, *codec.split(), "-pix_fmt", "yuv420p", out=file)
        clips.append(_cut(file, begun, length))
        begun += length
    parts = clips[0][:1] + [part for clip in clips for part in clip[1:]]
    _write_playlist(folder / f"{rung}.m3u8", parts)
    return parts


def _audio(folder: Path, seconds: float) -> None:
    """As many whole AAC frames as fit: sound that outlasts the pictures would make the video longer."""
    file = folder / "audio.mp4"
    samples = int(seconds * RATE) // AAC_FRAME * AAC_FRAME - AAC_FRAME  # the encoder puts one frame before
    source = f"sine=frequency=330:sample_rate={RATE}:samples_per_frame={AAC_FRAME}"
    cut = f"atrim=end_sample={samples}"
    codec = "-c:a aac -b:a 64k -frag_duration 2000000"
    _ffmpeg("-f", "lavfi", "-i", source, "-af", cut, *codec.split(), out=file)
    _write_playlist(folder / "audio.m3u8", _cut(file, 0.0, (samples + AAC_FRAME) / RATE))


def _ffmpeg(*arguments: str, out: Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-y", "-loglevel", "error", *arguments]
    plain = ["-map_metadata", "-1", "-use_editlist", "0", "-movflags", _FRAGMENTED, str(out)]
    subprocess.run([*command, *plain], check=True, timeout=60)


def _cut(file: Path, begun: float, seconds: float) -> list[Part]:
    """The parts of a clip, the first of which initializes; its fragments are moved to where it begins."""
    data = bytearray(file.read_bytes())
    tops = list(_boxes(data, 0, len(data)))
    scale = _timescale(data)
    starts = [start for kind, start, _ in tops if kind == b"moof"]
    times = [_move(data, start, round(begun * scale)) / scale for start in starts]
    file.write_bytes(data)
    ends = [*starts[1:], next((start for kind, start, _ in tops if kind == b"mfra"), len(data))]
    until = [*times[1:], begun + seconds]
    return [
        Part(file.name, 0, starts[0]),
        *(
            Part(file.name, start, end - start, then - now)
            for start, end, now, then in zip(starts, ends, times, until, strict=True)
        ),
    ]


def _boxes(data: bytes | bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, where it begins, where it ends) of each MP4 box."""
    while start < end:
        size = int.from_bytes(data[start : start + 4], "big")
        yield bytes(data[start + 4 : start + 8]), start, start + size
        start += size


def _inside(data: bytes | bytearray, path: Sequence[bytes], start: int, end: int) -> int:
    """Where the content of a box begins, found by the types on the way to it."""
    for kind, begin, until in _boxes(data, start, end):
        if kind == path[0]:
            return begin + 8 if len(path) == 1 else _inside(data, path[1:], begin + 8, until)
    raise LookupError(path[0])


def _timescale(data: bytearray) -> int:
    at = _inside(data, (b"moov", b"trak", b"mdia", b"mdhd"), 0, len(data))
    return int(struct.unpack_from(">I", data, at + (20 if data[at] else 12))[0])


def _move(data: bytearray, moof: int, ticks: int) -> int:
    """Add to a fragment's tfdt. Returns what it is then."""
    end = moof + int.from_bytes(data[moof : moof + 4], "big")
    at = _inside(data, (b"traf", b"tfdt"), moof + 8, end)
    form = ">Q" if data[at] else ">I"
    moved = int(struct.unpack_from(form, data, at + 4)[0]) + ticks
    struct.pack_into(form, data, at + 4, moved)
    return moved


def _avc(init: bytes) -> str:
    """CODECS of H.264 by its avcC box: https://www.rfc-editor.org/rfc/rfc6381#section-3.3."""
    at = init.index(b"avcC") + 5
    return f"avc1.{init[at : at + 3].hex()}"


def _peak(parts: Sequence[Part]) -> int:
    return round(max(part.size * 8 / part.seconds for part in parts if part.seconds)) + 64_000


def _write_playlist(path: Path, parts: Sequence[Part]) -> None:
    init, *segments = parts
    longest = max(part.seconds for part in segments)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-PLAYLIST-TYPE:VOD"]
    lines.append(f"#EXT-X-TARGETDURATION:{math.ceil(longest)}")
    lines.append(f'#EXT-X-MAP:URI="{init.name}",BYTERANGE="{init.size}@0"')
    for part in segments:
        lines += [f"#EXTINF:{part.seconds:.6f},", f"#EXT-X-BYTERANGE:{part.size}@{part.start}", part.name]
    path.write_text("\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n")
