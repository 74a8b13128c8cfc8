"""What was found in the scenes shows in the video's steps and in the recording's row, for each lead."""

from __future__ import annotations

from pathlib import Path

from local.postgres import Postgres
from shared.composition import Scene, Timeline
from shared.composition.plan_step import timeline_key
from shared.composition.step import compose_scenes
from shared.database import Database
from shared.database.models import ScreenRecording, Video
from shared.recording import RESULT, Finding, QualityReport, SceneResult
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import VideoRequest, VideoState, create_video, read_video
from shared.workflow import Tools, VideoEvent
from tests.support.recorded_scenes import QUICK, SMALL, put_scene

FINDING = Finding(severity="warn", reason="a cookie banner covers 40% of the page", second=0.5)


def put_findings(storage: FileStorage, scene: Scene) -> Scene:
    result = SceneResult.model_validate_json(storage.get(f"{scene.job}/{RESULT}"))
    quality = QualityReport(load_seconds=1.5, http_status=200, findings=(FINDING,))
    told = result.model_copy(update={"quality": quality})
    storage.put(f"{scene.job}/{RESULT}", told.model_dump_json().encode())
    return scene


def composed(tools: Tools, workspace_id: int, timeline: Timeline) -> tuple[VideoState, ScreenRecording]:
    request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme")
    asked = create_video(request, workspace_id, tools.database, tools.storage, tools.settings).value
    with tools.database.workspace(workspace_id) as session:
        row = ScreenRecording(workspace_id=workspace_id, url_recorded=request.url, status="recording")
        session.add(row)
        session.flush()
        session.get_one(Video, asked["video_id"]).screen_recording_id = row.id
        recording_id = row.id
    key = timeline_key(workspace_id, asked["video_id"])
    tools.storage.put(key, timeline.model_dump_json().encode())
    compose_scenes(VideoEvent(workspace_id=workspace_id, video_id=asked["video_id"]), tools)
    with tools.database.workspace(workspace_id) as session:
        recording = session.get_one(ScreenRecording, recording_id)
        session.expunge(recording)
    return read_video(workspace_id, asked["video_id"], tools.database, tools.storage), recording


def test_findings_reach_whoever_watches_also_for_the_second_lead(
    migrated: Postgres, database: Database, workspace_id: int, tmp_path: Path
) -> None:
    storage = FileStorage(tmp_path / "storage")
    tools = Tools(Settings(leadreel_home=tmp_path, database_url=migrated.app_url), storage)
    intro = put_scene(storage, "card", [30])
    tour = put_findings(storage, put_scene(storage, "tour", [15, 15], 5))
    timeline = Timeline(viewport=SMALL, encoder=QUICK, scenes=(intro, tour))
    try:
        for _ in range(2):
            state, recording = composed(tools, workspace_id, timeline)
            [(step, finding)] = state.warnings
            assert (step, finding.reason, finding.second) == ("record", FINDING.reason, 1.5)
            assert recording.quality["verdict"] == "warn"
            assert recording.quality["findings"] == [finding.model_dump(mode="json")]
            assert (recording.quality["load_seconds"], recording.quality["http_status"]) == (1.5, 200)
    finally:
        tools.database.close()
