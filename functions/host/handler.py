"""Publishes a video and its share page."""

from __future__ import annotations

from shared.hosting.step import publish_video
from shared.workflow import video_step

handler = video_step("host")(publish_video)
