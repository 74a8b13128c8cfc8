"""What deleting a video takes away and what it leaves, with rows, pages and published clips."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from shared.composition.publishing import publish_clips
from shared.database import Database
from shared.database.models import (
    Approval,
    Base,
    ComposedVideo,
    CompositionJob,
    CostEntry,
    HostedVideo,
    PaidCallRow,
    PublishedClip,
    RecordingSegment,
    ScreenRecording,
    Video,
    VideoScript,
    VideoScriptVersion,
    VideoView,
    Voiceover,
)
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import StillMaking, VideoRequest, create_video, delete_video, read_video
from shared.videos.watching import NoSuchVideo


class PowerCut(Exception):
    """The process ends here."""


class FailingStorage(FileStorage):
    """The power goes at a given delete."""

    def __init__(self, root: Path, at: int) -> None:
        super().__init__(root)
        self.left = at

    def delete(self, key: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise PowerCut
        super().delete(key)


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "storage")


def clip(storage: FileStorage, name: str) -> tuple[str, Path]:
    file = storage.root.parent / f"{name}.mp4"
    file.write_bytes(name.encode())
    return f"public/clips/{name}.mp4", file


def finished(workspace_id: int, database: Database, storage: FileStorage, *clips: str) -> int:
    """The id of a video with a row in every table that tells of one, its files, its page and its clips."""
    settings = Settings(leadreel_home=storage.root.parent)
    request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme")
    video_id = int(create_video(request, workspace_id, database, storage, settings).value["video_id"])
    with database.workspace(workspace_id) as session:
        video = session.get_one(Video, video_id)
        of = {"workspace_id": workspace_id, "lead_id": video.lead_id}
        script = VideoScript(script_style="casual", sections=[], total_duration_seconds=5, **of)
        recording = ScreenRecording(url_recorded=video.url, **of)
        session.add_all([script, recording])
        session.flush()
        voiceover = Voiceover(voice_preset="x", video_script_id=script.id, **of)
        session.add(voiceover)
        session.flush()
        composed = ComposedVideo(
            resolution="1x1", voiceover_id=voiceover.id, screen_recording_id=recording.id, **of
        )
        session.add(composed)
        session.flush()
        hosted = HostedVideo(
            composed_video_id=composed.id, hosting_provider="s3", slug=f"slug-{workspace_id}-{video_id}",
            share_url="u", embed_url="u", title="t", status="ready", **of,
        )  # fmt: skip
        session.add(hosted)
        session.flush()
        slug, of = hosted.slug, {"workspace_id": workspace_id}
        session.add_all(
            [
                VideoScriptVersion(
                    video_script_id=script.id, version=1, sections=[], is_approved="pending", **of
                ),
                RecordingSegment(
                    screen_recording_id=recording.id, position=0, job="j", first_frame=0, frame_count=1,
                    scene_type="demo", **of,
                ),
                CompositionJob(composed_video_id=composed.id, **of),
                VideoView(
                    hosted_video_id=hosted.id, view_id=str(uuid4()),
                    started_at=func.now(), **of,
                ),
                PaidCallRow(
                    video_id=video_id, vendor="v", operation="o", content_hash=f"{video_id:064}", request={},
                    status="done", **of,
                ),
                CostEntry(
                    video_id=video_id, kind="invocation", source="compose",
                    reference=f"{workspace_id}-{video_id}", **of,
                ),
            ]
        )  # fmt: skip
        video.video_script_id, video.voiceover_id = script.id, voiceover.id
        video.screen_recording_id, video.composed_video_id = recording.id, composed.id
        video.hosted_video_id, video.status = hosted.id, "completed"
        composed_id = composed.id
    files = dict(clip(storage, name) for name in clips)
    publish_clips(files, workspace_id, composed_id, database, storage)
    for key in (
        f"videos/{workspace_id}/{video_id}/720p.mp4", f"videos/{workspace_id}/{video_id}/hls/master.m3u8",
        f"public/media/{slug}/hls/master.m3u8", f"public/v/{slug}/index.html",
        f"public/embed/{slug}/index.html",
    ):  # fmt: skip
        storage.put(key, b"x")
    return video_id


def rows(database: Database, workspace_id: int) -> dict[str, int]:
    """How many rows of the workspace each table has, where it has any."""
    with database.workspace(workspace_id) as session:
        counts = {
            table.name: session.scalar(
                select(func.count()).select_from(table).where(table.c.workspace_id == workspace_id)
            )
            or 0
            for table in Base.metadata.tables.values()
            if "workspace_id" in table.c
        }
    return {name: count for name, count in counts.items() if count}


def objects(storage: FileStorage) -> list[str]:
    return [*storage.keys("videos/"), *storage.keys("public/")]


def test_the_last_video_of_a_clip_takes_it_along_and_nothing_stays_but_what_was_paid(
    database: Database, workspace_id: int, storage: FileStorage
) -> None:
    video_id = finished(workspace_id, database, storage, f"a{workspace_id}", f"b{workspace_id}")
    assert len(objects(storage)) == 7
    before = rows(database, workspace_id)
    assert before.keys() >= {"leads", "video_scripts", "clip_uses", "video_views", "recording_segments"}

    delete_video(workspace_id, video_id, database, storage)

    assert objects(storage) == []
    assert rows(database, workspace_id) == {"cost_entries": 1, "paid_calls": 1}
    with pytest.raises(NoSuchVideo, match=f"^there is no video {video_id}$"):
        delete_video(workspace_id, video_id, database, storage)


def test_a_clip_that_another_video_uses_stays(
    database: Database, workspace_id: int, storage: FileStorage
) -> None:
    shared, own, others = (f"{name}{workspace_id}" for name in ("shared", "own", "others"))
    first = finished(workspace_id, database, storage, shared, own)
    second = finished(workspace_id, database, storage, shared, others)

    delete_video(workspace_id, first, database, storage)

    kept = [f"public/clips/{name}.mp4" for name in sorted((shared, others))]
    assert [*storage.keys("public/clips/")] == kept
    with database.workspace(workspace_id) as session:
        assert sorted(session.scalars(select(PublishedClip.key))) == kept
    assert read_video(workspace_id, second, database, storage).status == "completed"
    assert [*storage.keys(f"public/v/slug-{workspace_id}-{second}/")] != []

    delete_video(workspace_id, second, database, storage)
    assert objects(storage) == []


@pytest.mark.parametrize("at", range(7))
def test_a_crash_anywhere_leaves_what_a_second_call_cleans_up(
    database: Database, workspace_id: int, storage: FileStorage, at: int
) -> None:
    video_id = finished(workspace_id, database, storage, f"a{workspace_id}", f"b{workspace_id}")
    with pytest.raises(PowerCut):
        delete_video(workspace_id, video_id, database, FailingStorage(storage.root, at))
    assert read_video(workspace_id, video_id, database, storage).status == "deleting"
    if [*storage.keys("public/v/")]:  # what is shown is whole
        assert len([*storage.keys("public/clips/")]) == 2

    delete_video(workspace_id, video_id, database, storage)
    assert objects(storage) == []
    assert rows(database, workspace_id).keys() == {"cost_entries", "paid_calls"}


@pytest.mark.parametrize("status", ["pending", "processing", "waiting_approval"])
def test_a_video_that_is_being_made_is_refused(
    database: Database, workspace_id: int, storage: FileStorage, status: str
) -> None:
    video_id = finished(workspace_id, database, storage, f"a{workspace_id}")
    with database.workspace(workspace_id) as session:
        session.get_one(Video, video_id).status = status
    before = rows(database, workspace_id), objects(storage)
    with pytest.raises(StillMaking, match=f"^video {video_id} is still being made"):
        delete_video(workspace_id, video_id, database, storage)
    assert (rows(database, workspace_id), objects(storage)) == before


@pytest.mark.parametrize("status", ["failed", "cancelled", "rejected"])
def test_a_video_that_ended_early_is_deleted_too(
    database: Database, workspace_id: int, storage: FileStorage, status: str
) -> None:
    settings = Settings(leadreel_home=storage.root.parent)
    request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme")
    video_id = int(create_video(request, workspace_id, database, storage, settings).value["video_id"])
    with database.workspace(workspace_id) as session:
        session.get_one(Video, video_id).status = status
        session.add(Approval(workspace_id=workspace_id, video_id=video_id, kind="voice"))
    delete_video(workspace_id, video_id, database, storage)
    assert rows(database, workspace_id) == {}


def test_nobody_deletes_the_video_of_another_workspace(
    database: Database, workspace_id: int, storage: FileStorage
) -> None:
    video_id = finished(workspace_id, database, storage, f"a{workspace_id}")
    before = objects(storage)
    with pytest.raises(NoSuchVideo):
        delete_video(workspace_id + 100_000, video_id, database, storage)
    assert objects(storage) == before
