"""The REST API: FastAPI, for API Gateway's events by Mangum."""

from __future__ import annotations

from mangum import Mangum

from functions.api.app import make_app

handler = Mangum(make_app(), lifespan="off")
