"""Videos tell what became of them, in the transaction in which it becomes so."""

from __future__ import annotations

import pytest

from shared.database.models import ComposedVideo, Video, VideoScript
from shared.hosting.step import publish_video
from shared.storage import FileStorage
from shared.videos import Failure, VideoRequest, create_video, fail_video
from shared.webhooks import announce
from shared.workflow import Tools, VideoEvent
from tests.integration.webhooks.conftest import Hooks
from tests.support.receiver import Receiver

FAILURE = Failure(step="record", error="Permanent", reason="the page is behind a login")


@pytest.fixture
def tools(hooks: Hooks) -> Tools:
    tools = Tools(hooks.settings, FileStorage(hooks.settings.storage_path))
    tools.__dict__["database"] = hooks.database
    return tools


@pytest.fixture
def video(hooks: Hooks, receiver: Receiver, tools: Tools) -> VideoEvent:
    """It is asked for, and both of its ends are listened to."""
    hooks.add(receiver.url, "video.ready", "video.failed")
    request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme")
    asked = create_video(request, hooks.workspace_id, hooks.database, tools.storage, tools.settings)
    return VideoEvent(workspace_id=hooks.workspace_id, video_id=asked.value["video_id"])


def compose(video: VideoEvent, hooks: Hooks, tools: Tools) -> None:
    """What the host step finds: rows, and files that nobody looks into."""
    for name in (
        "thumbnail.jpg",
        "preview.gif",
        "captions.vtt",
        "captions.srt",
        "chapters.vtt",
        "hls/master.m3u8",
    ):
        tools.storage.put(f"composed/{name}", name.encode())
    with hooks.database.workspace(hooks.workspace_id) as session:
        row = session.get_one(Video, video.video_id)
        script = VideoScript(
            workspace_id=hooks.workspace_id, lead_id=row.lead_id, script_style="casual", sections=[],
            total_duration_seconds=30.0,
        )  # fmt: skip
        composed = ComposedVideo(
            workspace_id=hooks.workspace_id, lead_id=row.lead_id, thumbnail_path="composed/thumbnail.jpg",
            duration_seconds=30.0, resolution="1280x720",
        )  # fmt: skip
        session.add_all([script, composed])
        session.flush()
        row.video_script_id, row.composed_video_id = script.id, composed.id


def test_a_video_that_is_ready(video: VideoEvent, hooks: Hooks, tools: Tools) -> None:
    compose(video, hooks, tools)
    hosted = publish_video(video, tools)
    row = hooks.row()
    data = row.payload["data"]
    assert (row.event, data["video_id"], data["status"]) == ("video.ready", video.video_id, "completed")
    assert data["hosted_video_id"] == hosted["hosted_video_id"]
    assert data["share_url"].endswith(f"/v/{hosted['slug']}")
    assert {"lead_id", "embed_url", "thumbnail_url"} <= set(data)
    assert publish_video(video, tools) == hosted  # its answer was lost
    assert len(hooks.rows()) == 1


def test_a_video_that_failed(video: VideoEvent, hooks: Hooks) -> None:
    for _ in range(2):
        fail_video(video.workspace_id, video.video_id, FAILURE, hooks.database)
    row = hooks.row()
    data = {name: row.payload["data"][name] for name in ("video_id", "status", "failed_step", "reason")}
    assert (row.event, data) == (
        "video.failed",
        {
            "video_id": video.video_id,
            "status": "failed",
            "failed_step": "record",
            "reason": "the page is behind a login",
        },
    )


def test_what_is_rolled_back_was_never_so(video: VideoEvent, hooks: Hooks) -> None:
    with (
        pytest.raises(RuntimeError, match="the lights go out"),
        hooks.database.workspace(hooks.workspace_id) as session,
    ):
        session.get_one(Video, video.video_id).status = "completed"
        announce(session, hooks.workspace_id, "video.ready", {"video_id": video.video_id})
        session.flush()
        raise RuntimeError("the lights go out")
    assert hooks.rows() == []
