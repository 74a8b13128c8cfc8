"""Starts the next videos of a batch, and says whether some are left."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.batches import Turn, start_videos
from shared.workflow import named, open_tools


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    with named():
        turn = Turn.model_validate({name: event[name] for name in Turn.model_fields if name in event})
        return start_videos(turn, open_tools())
