"""The REST API: FastAPI, for API Gateway's events (HTTP API, payload 2.0) by Mangum."""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from fastapi import FastAPI
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from functions.api.app import make_app
from functions.api.problems import MEDIA_TYPE


def answer(app: FastAPI, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A stage other than $default stands in front of the path, and is none of ours."""
    asked = event["requestContext"]
    stage = f"/{asked.get('stage', '')}"
    path = asked["http"]["path"]
    if path == stage or path.startswith(f"{stage}/"):
        http = asked["http"] | {"path": path.removeprefix(stage) or "/"}
        event = event | {"requestContext": asked | {"http": http}}
    adapter = Mangum(app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE])
    return adapter(event, context)  # type: ignore[arg-type]


handler = partial(answer, make_app())
