"""Speaks the script of a video."""

from __future__ import annotations

from shared.voice.step import speak_script
from shared.workflow import video_step

handler = video_step("voice")(speak_script)
