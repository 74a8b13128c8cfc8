"""Plans the scenes of a video; answers with the recorder's jobs that are not done yet."""

from __future__ import annotations

from shared.composition.plan_step import plan_scenes
from shared.workflow import video_step

handler = video_step("plan")(plan_scenes)
