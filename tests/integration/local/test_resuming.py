"""What a crash between a video's rows and its execution leaves is mended at the next start."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from local.journal import prepare, read_execution
from local.postgres import Postgres
from local.resuming import settle_unended
from shared.database import Database
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import VideoRequest, create_video, read_video, retry_video


def test_a_video_without_an_execution_is_started_and_one_whose_execution_broke_says_so(
    migrated: Postgres, database: Database, workspace_id: int, tmp_path: Path
) -> None:
    prepare(migrated.owner_url)
    settings, storage = Settings(leadreel_home=tmp_path), FileStorage(tmp_path / "storage")
    request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme")
    asked = create_video(request, workspace_id, database, storage, settings).value
    name = f"video-{asked['video_id']}"
    assert read_execution(migrated.app_url, name) is None

    settle_unended(database, workspace_id, migrated.app_url)
    execution = read_execution(migrated.app_url, name)
    assert execution is not None
    assert (execution.status, execution.input) == ("RUNNING", asked)

    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE runtime.executions SET status = 'FAILED', error = 'X', cause = 'why' WHERE name = :n"
            ),
            {"n": name},
        )
    engine.dispose()
    settle_unended(database, workspace_id, migrated.app_url)
    state = read_video(workspace_id, asked["video_id"], database, storage)
    assert (state.status, state.failed_step, state.reason) == ("failed", "pipeline", "why")

    with database.workspace(workspace_id) as session:
        retry_video(session, asked["video_id"])  # and whoever was to start it dies
    settle_unended(database, workspace_id, migrated.app_url)
    again = read_execution(migrated.app_url, f"{name}-2")
    assert again is not None
    assert (again.status, again.input) == ("RUNNING", asked)
    settle_unended(database, workspace_id, migrated.app_url)
    assert read_video(workspace_id, asked["video_id"], database, storage).status == "pending"
