"""Writes the script of a video."""

from __future__ import annotations

from shared.scripting.step import write_script
from shared.workflow import video_step

handler = video_step("script")(write_script)
