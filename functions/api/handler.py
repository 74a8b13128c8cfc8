"""The REST API: FastAPI, for API Gateway's events by Mangum."""

from __future__ import annotations

from fastapi import FastAPI
from mangum import Mangum


def make_app() -> FastAPI:
    app = FastAPI(title="Leadreel", summary="A personal demo video for every lead", version="0.1.0")

    @app.get("/health", tags=["health"], operation_id="getHealth")
    def health() -> dict[str, str]:
        """The function answers."""
        return {"status": "ok"}

    return app


handler = Mangum(make_app(), lifespan="off")
