"""What a clip or a sound says of itself. Only for a process inside walls (`shared.media.apart`)."""

from __future__ import annotations

from pathlib import Path

from av.stream import Stream

from shared.media.files import (
    DECODERS,
    SOUND_FORMATS,
    VIDEO_FORMATS,
    UnusableMedia,
    VideoFacts,
    moving_picture,
    opened,
    probe_video,
)
from shared.values import Value

_UNSPECIFIED = 2  # of FFmpeg's colour spaces


class GivenClip(VideoFacts):
    """names_colors: whether it says how its colours are coded."""

    names_colors: bool


class SoundFacts(Value):
    """promised_seconds: how long it says to be; None if it doesn't."""

    promised_seconds: float | None


def look_at_clip(path: Path) -> bytes:
    """GivenClip as JSON. Raises UnusableMedia as `probe_video` does, and for a codec that isn't read here."""
    with opened(path, VIDEO_FORMATS) as container:
        video = moving_picture(path, container)
        _check_decoder(path, video, "H.264 in MP4")
        named = int(video.codec_context.colorspace) != _UNSPECIFIED
    facts = GivenClip(names_colors=named, **probe_video(path).model_dump())
    return facts.model_dump_json().encode()


def look_at_sound(path: Path) -> bytes:
    """SoundFacts as JSON. Raises UnusableMedia."""
    with opened(path, SOUND_FORMATS) as container:
        if not container.streams.audio:
            raise UnusableMedia(f"{path.name} has no sound")
        stream = container.streams.audio[0]
        _check_decoder(path, stream, "MP3 or WAV")
        base = stream.time_base
        seconds = float(stream.duration * base) if stream.duration and base else None
    return SoundFacts(promised_seconds=seconds).model_dump_json().encode()


def _check_decoder(path: Path, stream: Stream, cure: str) -> None:
    context = getattr(stream, "codec_context", None)
    name = context.codec.name if context else "unknown"
    if name not in DECODERS:
        raise UnusableMedia(f"{path.name} holds {name}, which isn't read here: save it as {cure}")
