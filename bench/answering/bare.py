"""The route to measure ours beside: FastAPI, SQLAlchemy, one SELECT of the same row; nobody signs in.

Row-level security holds for its role too, so each connection says its workspace once, when it is opened.
"""

from __future__ import annotations

import os
from typing import Any

from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text

SELECT = text("SELECT * FROM hosted_videos WHERE id = :id")


def make_app() -> FastAPI:
    """DATABASE_URL: of Postgres. WORKSPACE_ID: whose rows it sees."""
    engine = create_engine(
        os.environ["DATABASE_URL"],
        pool_size=4,
        max_overflow=0,
        connect_args={"options": f"-c leadreel.workspace_id={os.environ['WORKSPACE_ID']}"},
    )
    app = FastAPI()

    @app.get("/api/v1/videos/hosted/{hosted_video_id}")
    def one(hosted_video_id: int) -> dict[str, Any]:
        with engine.connect() as connection:
            row = connection.execute(SELECT, {"id": hosted_video_id}).mappings().first()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app
