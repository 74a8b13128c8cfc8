"""The rows of steps: when each began, which a second attempt does not move, and what it found on its way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.database import Database
from shared.database.models import Video, VideoStep
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import Failure, VideoRequest, create_video, fail_video
from shared.workflow import StepName, begin_step, note_work, report_progress, settle_step

COMPOSE: StepName = "compose"


@pytest.fixture
def video_id(database: Database, workspace_id: int, tmp_path: Path) -> int:
    request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme")
    storage = FileStorage(tmp_path / "storage")
    asked = create_video(request, workspace_id, database, storage, Settings(leadreel_home=tmp_path)).value
    return int(asked["video_id"])


def step(database: Database, workspace_id: int, video_id: int, name: str) -> VideoStep:
    with database.workspace(workspace_id) as session:
        return session.get_one(VideoStep, (video_id, name))


def test_a_step_that_is_begun_again_has_run_since_it_first_began(
    database: Database, workspace_id: int, video_id: int
) -> None:
    of_step = (database, workspace_id, video_id, COMPOSE)
    before = datetime.now(UTC) - timedelta(seconds=1)
    first = begin_step(*of_step)
    report_progress(*of_step, 0.4)
    assert begin_step(*of_step) == first > before
    row = step(database, workspace_id, video_id, "compose")
    assert (row.status, row.started_at, row.progress) == ("processing", first, 0.4)
    with database.workspace(workspace_id) as session:
        assert session.get_one(Video, video_id).status == "processing"


def test_a_step_that_had_failed_begins_anew(database: Database, workspace_id: int, video_id: int) -> None:
    of_step = (database, workspace_id, video_id, COMPOSE)
    first = begin_step(*of_step)
    report_progress(*of_step, 0.4)
    fail_video(workspace_id, video_id, Failure(step="compose", error="X", reason="why"), database)
    assert begin_step(*of_step) > first
    row = step(database, workspace_id, video_id, "compose")
    assert (row.status, row.progress, row.reason) == ("processing", 0.0, None)


def test_what_a_step_works_on_stays_known_when_it_begins(
    database: Database, workspace_id: int, video_id: int
) -> None:
    of_step = (database, workspace_id, video_id, COMPOSE)
    note_work(*of_step, {"clips": {"clips/1/a": 30}})
    assert step(database, workspace_id, video_id, "compose").status == "pending"
    begin_step(*of_step)
    assert step(database, workspace_id, video_id, "compose").result == {"clips": {"clips/1/a": 30}}
    begin_step(*of_step, {"clips": {}})
    assert step(database, workspace_id, video_id, "compose").result == {"clips": {}}


def test_a_settled_step_says_how_long_it_took(database: Database, workspace_id: int, video_id: int) -> None:
    of_step = (database, workspace_id, video_id, COMPOSE)
    started = begin_step(*of_step)
    settle_step(*of_step, started, started + timedelta(seconds=2.5), {"composed_video_id": 3})
    row = step(database, workspace_id, video_id, "compose")
    assert (row.status, row.seconds, row.progress, row.result) == (
        "completed", 2.5, 1.0, {"composed_video_id": 3},
    )  # fmt: skip
