"""Writes down why a pipeline failed, for a person to read."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.videos import fail_video, read_failure
from shared.workflow import VideoEvent, open_tools, tell_for_whom


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    asked = VideoEvent(workspace_id=event["workspace_id"], video_id=event["video_id"])
    failure = read_failure(event["failure"])
    tell_for_whom(context, failure.step, asked.workspace_id, asked.video_id)
    fail_video(asked.workspace_id, asked.video_id, failure, open_tools().database)
    return {"error": failure.error, "cause": f"{failure.step}: {failure.reason}"}
