"""Has somebody decide on a video's script or voice: the pipeline waits until its token is answered."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.videos import ask, send
from shared.workflow import ApprovalEvent, named, open_tools, tell_for_whom


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    with named():
        asked, tools = ApprovalEvent.model_validate(event), open_tools()
        tell_for_whom(context, asked.kind, asked.workspace_id, asked.video_id)
        with tools.database.workspace(asked.workspace_id) as session:
            answers = ask(session, asked.video_id, asked.kind, asked.task_token)
        if answers:
            send(tools.executions, answers)
        return {"waits": not answers}
