"""Speaks the first section of a video's script, for a person to judge the voice by."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.voice.step import speak_sample
from shared.workflow import VideoEvent, named, open_tools, tell_for_whom


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    with named():
        asked = VideoEvent.model_validate(event)
        tell_for_whom(context, "voice", asked.workspace_id, asked.video_id)
        return speak_sample(asked, open_tools())
