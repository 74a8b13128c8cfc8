"""The host step: a video that nobody wants any more is not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.database import Database
from shared.database.models import ComposedVideo, HostedVideo, Video, VideoScript
from shared.hosting.step import publish_video
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import VideoRequest, cancel_video, create_video
from shared.workflow import Tools, VideoEvent, VideoStopped


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    made = Tools(Settings(leadreel_home=tmp_path, _env_file=None), FileStorage(tmp_path / "storage"))
    made.__dict__["database"] = database
    return made


def composed(workspace_id: int, tools: Tools) -> VideoEvent:
    request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme")
    asked = create_video(request, workspace_id, tools.database, tools.storage, tools.settings)
    prefix = f"videos/{workspace_id}/{asked.value['video_id']}"
    for name in ("thumbnail.jpg", "preview.gif", "captions.vtt", "captions.srt", "chapters.vtt"):
        tools.storage.put(f"{prefix}/{name}", b"x", "text/plain")
    tools.storage.put(f"{prefix}/hls/master.m3u8", b"#EXTM3U", "text/plain")
    with tools.database.workspace(workspace_id) as session:
        video = session.get_one(Video, asked.value["video_id"])
        of = {"workspace_id": workspace_id, "lead_id": video.lead_id}
        script = VideoScript(script_style="casual", sections=[], total_duration_seconds=5, **of)
        row = ComposedVideo(
            resolution="160x90", thumbnail_path=f"{prefix}/thumbnail.jpg", duration_seconds=5, **of
        )
        session.add_all([script, row])
        session.flush()
        video.video_script_id, video.composed_video_id = script.id, row.id
        return VideoEvent(workspace_id=workspace_id, video_id=video.id)


def test_a_video_is_shown_unless_it_was_cancelled(
    database: Database, workspace_id: int, tools: Tools
) -> None:
    event = composed(workspace_id, tools)
    slug = publish_video(event, tools)["slug"]
    assert [*tools.storage.keys(f"public/v/{slug}/")]

    event = composed(workspace_id, tools)
    with database.workspace(workspace_id) as session:
        cancel_video(session, event.video_id, "eva")
    with pytest.raises(VideoStopped):
        publish_video(event, tools)
    assert len([*tools.storage.keys("public/v/")]) == len([*tools.storage.keys(f"public/v/{slug}/")])
    with database.workspace(workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        hosted = session.query(HostedVideo).filter_by(composed_video_id=video.composed_video_id).one()
    assert (video.status, hosted.status) == ("cancelled", "processing")
