"""What a clip shows, as data, and the name that it is found by."""

from __future__ import annotations

import hashlib
import json

import av
from pydantic import Field

from shared.media.presets import EncoderSettings, Level
from shared.media.video_file import ENCODER_VERSION
from shared.values import Value

SHOT_VERSION = 1
"""Part of every clip's key: raise it when the same shot gives other pictures."""


class Shot(Value):
    """Frames [first_frame, first_frame + frame_count) of what was filmed, with what lies over them.

    frames, overlays: storage prefixes of jobs of the recorder. held: how many of the frames come after the
    last picture of its job, which stands on. An overlay of one frame stands over the whole
    shot; another one has the shot's length. fade_in, fade_out: frames in which the picture comes out of
    `ground`, or goes into it.
    """

    frames: str
    first_frame: int = Field(0, ge=0)
    frame_count: int = Field(gt=0)
    fps: int = Field(gt=0)
    held: int = Field(0, ge=0)
    overlays: tuple[str, ...] = ()
    fade_in: int = Field(0, ge=0)
    fade_out: int = Field(0, ge=0)
    ground: str = Field("#000000", pattern=r"^#[0-9a-f]{6}$")


class MediaJob(Value):
    """A video that was given to us (its storage key), as frames: cut, or its last one held."""

    media: str
    width: int
    height: int
    fps: int
    frame_count: int = Field(gt=0)


class EncodeJob(Value):
    """Encode a shot at these levels, in one pass. Written under the prefix where its clips are to be."""

    shot: Shot
    levels: tuple[Level, ...] = Field(min_length=1)
    encoder: EncoderSettings


def shot_key(shot: Shot, encoder: EncoderSettings) -> str:
    """SHA-256 over everything that shapes the pixels of a shot's clips and their headers, but their size."""
    shaped = {
        "shot": shot.model_dump(exclude={"held"} if not shot.held else None),
        "encoder": encoder.model_dump(),
        "versions": [SHOT_VERSION, ENCODER_VERSION],
        "libraries": [av.__version__, *(".".join(map(str, v)) for v in av.library_versions.values())],
    }
    return hashlib.sha256(json.dumps(shaped, sort_keys=True).encode()).hexdigest()


def clip_prefix(workspace_id: int, shot: Shot, encoder: EncoderSettings) -> str:
    """Where a shot's clips are kept."""
    return f"clips/{workspace_id}/{shot_key(shot, encoder)}"
