"""Clips that somebody gave us: decoded once, by FFmpeg inside walls, and kept as frames like the recorder's.

FFmpeg hands over bare pictures, so nothing of a hostile file is in what we keep: pictures that are the same
byte for byte are merged, and the unique ones become the JPEGs of a `frames.mkv`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from shared.media.apart import ask_apart
from shared.media.ffmpeg import disk_errors
from shared.media.files import MISSING_SECONDS, MISSING_SHARE, UnusableMedia, media_format
from shared.media.framefile import FrameFile
from shared.media.jpegs import JpegEncoder
from shared.media.looking import GivenClip
from shared.media.reading import bare_output, pieces
from shared.values import Value

_LOOK_SECONDS = 20.0
_HD = 1280  # pictures from here on are BT.709 unless they say otherwise, as players take it
_MOST_BYTES = 2_000_000_000


class Ingested(Value):
    """What a clip became. durations: of each unique frame, in frames.

    audio_seconds: when its sound ends; None without sound.
    """

    frame_count: int
    durations: tuple[int, ...]
    width: int
    height: int
    fps: int
    audio_seconds: float | None


def ingest_clip(
    path: Path, frames: Path, *, width: int, height: int, fps: int, longest_seconds: float
) -> Ingested:
    """Write a clip's pictures into `frames`, whole in the middle of black, at a constant rate.

    The first frame stands from second 0, where the clip's sound begins. It takes at most 30 s, or six
    times `longest_seconds`.

    Args:
        width, height: of the frames, in pixels, even numbers.
        fps: frames a second, at most 60.

    Raises:
        UnusableMedia: says what is wrong with the clip, and what would help. Nothing is left in `frames`.
        Retryable: the machine is too busy, or the system ended a process that reads it.
        DiskFull: if there is no room for the frames.
    """
    if width % 2 or height % 2:
        raise ValueError(f"frames of {width}x{height}: a side must be an even number of pixels")
    give_up = monotonic() + max(30.0, 6 * longest_seconds)
    media_format(path)  # what it refuses needs no process
    facts = GivenClip.model_validate_json(
        ask_apart("shared.media.looking.look_at_clip", path, deadline_seconds=_LOOK_SECONDS)
    )
    if facts.duration_seconds > longest_seconds + 1 / fps:
        raise _too_long(path, longest_seconds)
    try:
        with (
            bare_output(
                path,
                "0:V:0",
                _picture_options(facts, width, height, fps),
                longest_seconds=longest_seconds + 1,
                deadline_seconds=give_up - monotonic(),
            ) as output,
            disk_errors(),
            FrameFile(frames, width, height, fps) as file,
        ):
            pictures = pieces(output, width * height * 3 // 2)
            _keep(pictures, JpegEncoder(width, height), file, path, longest_seconds)
        _check(path, facts, sum(file.durations) / fps)
    except BaseException:
        frames.unlink(missing_ok=True)
        raise
    return Ingested(
        frame_count=sum(file.durations),
        durations=tuple(file.durations),
        width=width,
        height=height,
        fps=fps,
        audio_seconds=facts.audio_seconds,
    )


def _picture_options(facts: GivenClip, width: int, height: int, fps: int) -> list[str]:
    """Options of FFmpeg that fit the picture, its rotation and the shape of its pixels honoured.

    `fps` gives each frame its time, to the end of the last one; where the size of the pictures changes
    midway it starts afresh, and the output's own constant rate fills the gap, as it does before a late start.
    """
    wide, high = f"min({width},{height}*dar)", f"min({height},{width}/dar)"
    scale = (
        f"scale=w='max(2,round({wide}/2)*2)':h='max(2,round({high}/2)*2)'"
        ":out_range=full:out_color_matrix=bt601:flags=bicubic+accurate_rnd+full_chroma_int"
    )
    if not facts.names_colors and max(facts.width, facts.height) >= _HD:
        scale += ":in_color_matrix=bt709"
    filters = [scale, "setsar=1", "format=yuvj420p", f"pad={width}:{height}:-1:-1:black", f"fps={fps}"]
    return ["-vf", ",".join(filters), "-r", str(fps), "-fps_mode", "cfr", "-f", "rawvideo"]


def _keep(
    pictures: Iterable[bytes], encoder: JpegEncoder, file: FrameFile, path: Path, longest_seconds: float
) -> None:
    before, size = b"", 0
    for number, picture in enumerate(pictures):
        if number > longest_seconds * file.fps + 1:
            raise _too_long(path, longest_seconds)
        if picture == before:
            file.add(None)
            continue
        jpeg = encoder.encode(picture)
        size += len(jpeg)
        if size > _MOST_BYTES:
            raise UnusableMedia(
                f"{path.name} would need more than {_MOST_BYTES / 1e9:.0f} GB: use a shorter or calmer clip"
            )
        file.add(jpeg)
        before = picture


def _check(path: Path, facts: GivenClip, seconds: float) -> None:
    if not seconds:
        raise UnusableMedia(f"{path.name} has no picture that can be decoded: save it anew, as H.264 in MP4")
    promised = facts.duration_seconds
    if seconds < promised - min(MISSING_SECONDS, MISSING_SHARE * promised):
        raise UnusableMedia(f"{path.name} is damaged: {seconds:.1f} s of {promised:.1f} s can be decoded")


def _too_long(path: Path, longest_seconds: float) -> UnusableMedia:
    return UnusableMedia(f"{path.name} is longer than {longest_seconds:g} s: cut it")
