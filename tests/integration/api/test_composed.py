"""Composed videos over HTTP, and whole videos deleted with their parts."""

from __future__ import annotations

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import (
    ClipUse,
    ComposedVideo,
    CompositionJob,
    HostedVideo,
    Lead,
    PublishedClip,
    ScreenRecording,
    Video,
)
from tests.support.api import Api
from tests.support.parts import Parts

PATH = "/api/v1/videos/composed"


def publish_clip(parts: Parts, key: str, *composed: int) -> None:
    parts.storage.put(key, b"clip")
    with parts.database.workspace(parts.workspace_id) as session:
        session.add(PublishedClip(workspace_id=parts.workspace_id, key=key, size_bytes=4))
        session.flush()
        session.add_all(
            ClipUse(workspace_id=parts.workspace_id, key=key, composed_video_id=one) for one in composed
        )


def test_a_composed_video_is_shown_with_every_field(api: Api, parts: Parts) -> None:
    recording, voiceover = parts.recording(), parts.voiceover()
    composed = parts.composed(
        screen_recording_id=recording, voiceover_id=voiceover, branding_applied=True, has_intro=True,
        processing_time_seconds=45.3,
    )  # fmt: skip
    shown = api.ask("GET", f"{PATH}/{composed}").json()
    folder = f"videos/{api.workspace_id}/{9_000_000 + composed}"
    assert shown.items() >= {
        "id": composed, "lead_id": None, "screen_recording_id": recording, "voiceover_id": voiceover,
        "video_file_path": f"{folder}/720p.mp4", "thumbnail_path": f"{folder}/thumbnail.jpg",
        "duration_seconds": 6.0, "resolution": "1280x720", "format": "mp4", "file_size_bytes": 900,
        "status": "completed", "processing_time_seconds": 45.3, "branding_applied": True, "has_intro": True,
        "certificate": "ok", "reason": None,
    }.items()  # fmt: skip
    assert [version["quality"] for version in shown["quality_versions"]] == ["720p", "480p"]
    assert shown["quality_versions"][1]["file_path"] is None
    assert (shown["job"]["clips_total"], shown["job"]["clips_encoded"]) == (5, 2)
    [listed] = api.ask("GET", PATH).json()["items"]
    assert listed == shown
    being = parts.add(ComposedVideo(resolution="1280x720"))
    shown = api.ask("GET", f"{PATH}/{being}").json()
    assert (shown["status"], shown["job"], shown["file_size_bytes"]) == ("pending", None, None)


def test_lists_are_narrowed_and_show_each_ones_last_job(api: Api, parts: Parts) -> None:
    lead = parts.lead()
    first, second = parts.composed(lead_id=lead), parts.composed(status="failed", reason="too dark")
    parts.add(CompositionJob(composed_video_id=first, status="completed", clips_total=7, clips_encoded=0))
    listed = api.ask("GET", PATH, params={"sort": "id"}).json()["items"]
    assert [(item["id"], item["job"]["clips_total"]) for item in listed] == [(first, 7), (second, 5)]
    assert [item["id"] for item in api.ask("GET", PATH, params={"lead_id": lead}).json()["items"]] == [first]
    failed = api.ask("GET", PATH, params={"status": "failed"}).json()["items"]
    assert [(item["id"], item["reason"]) for item in failed] == [(second, "too dark")]


def test_deleted_it_takes_its_files_and_the_clips_that_no_other_shows(api: Api, parts: Parts) -> None:
    gone, stays = parts.composed(), parts.composed()
    run = parts.run("composition", gone)
    own, shared = f"public/clips/own{gone}.m4s", f"public/clips/shared{gone}.m4s"
    publish_clip(parts, own, gone)
    publish_clip(parts, shared, gone, stays)
    hosted = parts.hosted(composed_video_id=gone)
    answer = api.ask("DELETE", f"{PATH}/{gone}")
    assert answer.status_code == 409
    assert answer.json()["detail"] == f"hosted video {hosted} shows it: delete that first"

    assert api.ask("DELETE", f"/api/v1/videos/hosted/{hosted}").status_code == 204
    assert api.ask("DELETE", f"{PATH}/{gone}").status_code == 204
    assert api.ask("GET", f"{PATH}/{gone}").status_code == 404
    assert [*parts.storage.keys("public/clips/")] == [shared]
    assert [*parts.storage.keys(f"videos/{api.workspace_id}/{run}/")] == []
    assert parts.get(Video, run) is None and parts.get(ComposedVideo, stays) is not None
    assert parts.storage.exists(f"videos/{api.workspace_id}/{9_000_000 + stays}/720p.mp4")


def test_another_workspaces_are_not_there(api: Api, database: Database) -> None:
    theirs = Parts(database, api.storage, open_workspace(database, f"other than {api.workspace_id}"))
    composed = theirs.composed()
    for method, path in (("GET", ""), ("GET", "/file"), ("GET", "/thumbnail"), ("GET", "/certificate")):
        assert api.ask(method, f"{PATH}/{composed}{path}").status_code == 404
    assert api.ask("DELETE", f"{PATH}/{composed}").status_code == 404
    assert theirs.get(ComposedVideo, composed) is not None


# Whole videos.


def whole(parts: Parts, **fields: object) -> tuple[int, int, int, int]:
    """A whole video, and its lead, recording and composed video."""
    lead, recording = parts.lead(), parts.recording()
    composed = parts.composed(screen_recording_id=recording, lead_id=lead)
    hosted = parts.hosted(composed_video_id=composed)
    of = {"screen_recording_id": recording, "composed_video_id": composed, "lead_id": lead}
    return parts.run("video", hosted, **(of | fields)), lead, recording, composed


def test_a_whole_video_is_deleted_with_its_parts_and_its_lead_stays(api: Api, parts: Parts) -> None:
    video, lead, recording, composed = whole(parts)
    path = f"/api/v1/videos/{video}"
    assert api.ask("DELETE", path, headers={"If-Match": '"x"'}).status_code == 412
    tag = api.ask("GET", path).headers["etag"]
    assert api.ask("DELETE", path, headers={"If-Match": tag}).status_code == 204
    assert api.ask("GET", path).status_code == 404
    assert parts.get(ScreenRecording, recording) is None and parts.get(ComposedVideo, composed) is None
    assert parts.get(Lead, lead) is not None
    assert [*parts.storage.keys(f"videos/{api.workspace_id}/{video}/")] == []
    assert api.ask("DELETE", path).status_code == 404


def test_a_whole_video_that_is_being_made_or_used_stays(api: Api, parts: Parts) -> None:
    being = whole(parts, status="processing")[0]
    assert api.ask("DELETE", f"/api/v1/videos/{being}").status_code == 409

    video, _, recording, composed = whole(parts)
    again = parts.composed(screen_recording_id=recording)
    answer = api.ask("DELETE", f"/api/v1/videos/{video}")
    said = f"composed video {again} is made of parts of video {video}: delete that first"
    assert (answer.status_code, answer.json()["detail"]) == (409, said)
    assert api.ask("DELETE", f"{PATH}/{again}").status_code == 204

    hosted = parts.hosted(composed_video_id=composed)
    parts.run("hosting", hosted, composed_video_id=composed)
    answer = api.ask("DELETE", f"/api/v1/videos/{video}")
    assert answer.status_code == 409 and answer.json()["detail"].startswith(f"hosted video {hosted} is made")
    assert parts.get(HostedVideo, hosted).status == "ready"
    assert api.ask("DELETE", f"/api/v1/videos/hosted/{hosted}").status_code == 204
    assert api.ask("DELETE", f"/api/v1/videos/{video}").status_code == 204
