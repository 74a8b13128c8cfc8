"""Clips: each scene is encoded once per quality, found again by its content key, and joined by stream copy.

A clip is an MP4 without sound. All clips of one size, rate and encoder have the same codec configuration
and timescale, start with a keyframe and show exactly their number of frames.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ffmpeg

from shared.composition.encoding import ENCODER_VERSION, EncoderSettings, Picture
from shared.composition.frames import fetch_frames
from shared.composition.timeline import Scene
from shared.media.ffmpeg import SAFE_INPUT, run_ffmpeg
from shared.media.files import MAX_PIXELS, UnusableMedia, opened
from shared.storage import NotStored, Storage

_START_SECONDS = 60.0
_SECONDS_PER_FRAME = 0.5  # veryslow at 1080p on two busy cores needs about a third of this


class ClipStore:
    """The clips of a workspace, kept in storage under `prefix`; it may be emptied at any time.

    ffmpeg_version: of the build that encodes; part of every key.
    """

    def __init__(self, storage: Storage, prefix: str, ffmpeg_version: str) -> None:
        self._storage = storage
        self._prefix = prefix.rstrip("/")
        self._ffmpeg_version = ffmpeg_version

    def key(self, scene: Scene, picture: Picture, encoder: EncoderSettings) -> str:
        """Storage key of a scene's clip: SHA-256 over everything that shapes its pixels and its headers."""
        shaped = {
            "job": scene.job,
            "picture": picture.model_dump(),
            "encoder": encoder.model_dump(),
            "encoder_version": ENCODER_VERSION,
            "ffmpeg": self._ffmpeg_version,
        }
        digest = hashlib.sha256(json.dumps(shaped, sort_keys=True).encode()).hexdigest()
        return f"{self._prefix}/{digest}.mp4"

    def fetch(self, key: str, clip: Path, picture: Picture) -> bool:
        """Write a kept clip into the file `clip`. False if there is none, or none that can be used."""
        try:
            self._storage.fetch(key, clip)
            check_clip(clip, picture)
        except (NotStored, UnusableMedia):
            return False
        return True

    def encode(
        self,
        key: str,
        scene: Scene,
        clip: Path,
        picture: Picture,
        encoder: EncoderSettings,
        on_frames: Callable[[int], None],
    ) -> None:
        """Encode a scene from its frames into the file `clip`, then keep it: what is kept is always whole."""
        frames = clip.with_suffix(".mkv")
        try:
            fetch_frames(self._storage, scene, picture, frames)
            encode_clip(show_frames(frames, picture), clip, picture, encoder, scene.title, on_frames)
        finally:
            frames.unlink(missing_ok=True)
        check_clip(clip, picture)
        self._storage.put(key, clip, "video/mp4")


TO_VIDEO = {"out_range": "limited", "out_color_matrix": "bt709", "flags": "accurate_rnd"}
"""Options of the scale filter. Without accurate_rnd it is three of 255 steps too dark (docs/decisions.md)."""


def show_frames(frames: Path, picture: Picture) -> Any:
    """An ffmpeg-python stream of a `frames.mkv`. JPEG is BT.601 in full range, a clip BT.709 in limited."""
    source = ffmpeg.input(
        str(frames.resolve()), f="matroska", err_detect="explode", max_pixels=MAX_PIXELS, **SAFE_INPUT
    )
    return source.filter(
        "scale",
        picture.width,
        picture.height,
        in_range="full",
        in_color_matrix="bt601",
        **TO_VIDEO,
    )


def encode_clip(
    stream: Any,
    clip: Path,
    picture: Picture,
    encoder: EncoderSettings,
    title: str,
    on_frames: Callable[[int], None],
) -> None:
    """Encode exactly `picture.frame_count` frames of an ffmpeg-python stream in BT.709, limited range.

    Its pictures are repeated to a constant rate once they are converted, and the last one without end.

    Raises FfmpegFailed, FfmpegStopped, DiskFull.
    """
    steady = (
        stream.filter("format", "yuv420p")
        .filter("setparams", range="limited", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
        .filter("fps", picture.fps, start_time=0)
        .filter("tpad", stop=-1, stop_mode="clone")
    )
    output = ffmpeg.output(
        steady,
        str(clip.resolve()),
        f="mp4",
        **{"frames:v": picture.frame_count},
        **encoder.output_options(picture.fps),
    )
    run_ffmpeg(
        ["-xerror", "-y", *ffmpeg.get_args(output)],
        purpose=f"encode the scene {title!r}",
        deadline_seconds=_START_SECONDS + _SECONDS_PER_FRAME * picture.frame_count,
        on_frames=on_frames,
    )


def check_clip(clip: Path, picture: Picture) -> None:
    """Raises UnusableMedia unless the clip has its size, all its frames, and a keyframe first."""
    with opened(clip, frozenset({"mov"})) as container:
        video = container.streams.video[0] if container.streams.video else None
        packets = [packet for packet in container.demux(video) if packet.size] if video else []
        if video is None or len(packets) != picture.frame_count or not packets[0].is_keyframe:
            raise UnusableMedia(f"{clip.name} holds {len(packets)} of {picture.frame_count} frames")
        if (video.width, video.height) != (picture.width, picture.height):
            raise UnusableMedia(
                f"{clip.name} is {video.width}x{video.height}, not {picture.width}x{picture.height}"
            )
