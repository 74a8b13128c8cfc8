"""Composes a video from its scenes and its voice."""

from __future__ import annotations

from shared.composition.step import compose_scenes
from shared.workflow import video_step

handler = video_step("compose")(compose_scenes)
