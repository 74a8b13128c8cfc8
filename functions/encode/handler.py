"""Encodes a shot of a video: its clip at each level. A part of the step `compose`."""

from __future__ import annotations

from shared.encoding.step import encode_clips
from shared.workflow import step_part

handler = step_part("compose")(encode_clips)
