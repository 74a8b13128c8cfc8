"""Recordings over HTTP, and how any part of a video is deleted."""

from __future__ import annotations

from typing import Any

import pytest

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import PaidCallRow, ScreenRecording, Video, VideoStep
from tests.support.api import Api
from tests.support.parts import Parts

PATH = "/api/v1/videos/recordings"


def test_a_recording_is_shown_with_every_field(api: Api, parts: Parts) -> None:
    lead = parts.lead()
    recording = parts.recording(lead_id=lead, recording_config={"frame_rate": 30, "show_cursor": True})
    answer = api.ask("GET", f"{PATH}/{recording}", role="viewer")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown.items() >= {
        "id": recording, "lead_id": lead, "demo_site_id": None, "url_recorded": "https://acme.example/",
        "duration_seconds": 45.5, "resolution": "1920x1080", "file_size_mb": 10.2, "status": "completed",
        "recording_settings": {"frame_rate": 30, "show_cursor": True}, "reason": None,
        "file_path": f"recordings/{api.workspace_id}/files/{recording}/recording.mp4",
    }.items()  # fmt: skip
    assert shown["created_at"].endswith("Z")
    tag = answer.headers["etag"]
    assert api.ask("GET", f"{PATH}/{recording}", headers={"If-None-Match": tag}).status_code == 304


def test_one_that_is_being_made_has_nulls_and_a_failed_one_a_reason(api: Api, parts: Parts) -> None:
    being = parts.add(ScreenRecording(url_recorded="u", status="recording"))
    failed = parts.add(ScreenRecording(url_recorded="u", status="failed", reason="it asks for a password"))
    shown = api.ask("GET", f"{PATH}/{being}").json()
    assert (shown["duration_seconds"], shown["file_path"], shown["file_size_mb"]) == (None, None, None)
    assert api.ask("GET", f"{PATH}/{failed}").json()["reason"] == "it asks for a password"


def test_lists_are_narrowed_and_paged(api: Api, parts: Parts) -> None:
    lead = parts.lead()
    mine = [parts.recording(lead_id=lead) for _ in range(3)]
    others = parts.recording(status="failed")
    first = api.ask("GET", PATH, params={"lead_id": lead, "limit": 2})
    assert [item["id"] for item in first.json()["items"]] == [mine[2], mine[1]]
    assert 'rel="next"' in first.headers["link"]
    more = {"lead_id": lead, "limit": 2, "cursor": first.json()["next_cursor"]}
    assert [item["id"] for item in api.ask("GET", PATH, params=more).json()["items"]] == [mine[0]]
    by_status = api.ask("GET", PATH, params={"status": "failed"}).json()["items"]
    assert [item["id"] for item in by_status] == [others]
    assert api.ask("GET", PATH, params={"demo_site_id": 1}).json()["items"] == []
    assert api.ask("GET", PATH, params={"status": "odd"}).status_code == 422
    assert api.ask("GET", PATH, params={"sort": "reason"}).status_code == 422


def test_another_workspaces_are_not_there(api: Api, parts: Parts, database: Database) -> None:
    other = open_workspace(database, f"other than {api.workspace_id}")
    theirs = Parts(database, api.storage, other).recording()
    for method in ("GET", "DELETE"):
        assert api.ask(method, f"{PATH}/{theirs}").status_code == 404
    assert api.ask("GET", f"{PATH}/{theirs}/file").status_code == 404
    assert api.ask("GET", PATH).json()["items"] == []
    assert api.storage.exists(f"recordings/{other}/files/{theirs}/recording.mp4")


def test_deleted_it_is_gone_with_its_file_and_its_run(api: Api, parts: Parts) -> None:
    recording, kept = parts.recording(), parts.recording()
    run = parts.run("recording", recording)
    paid = parts.add(
        PaidCallRow(video_id=run, vendor="v", operation="o", content_hash="0", request={}, status="done")
    )
    stale = {"If-Match": '"another"'}
    assert api.ask("DELETE", f"{PATH}/{recording}", headers=stale).status_code == 412
    tag = api.ask("GET", f"{PATH}/{recording}").headers["etag"]
    answer = api.ask("DELETE", f"{PATH}/{recording}", headers={"If-Match": tag})
    assert (answer.status_code, answer.content) == (204, b"")

    assert api.ask("GET", f"{PATH}/{recording}").status_code == 404
    assert parts.get(Video, run) is None and parts.get(VideoStep, (run, "recording")) is None
    assert parts.get(PaidCallRow, paid).video_id is None
    left = [*parts.storage.keys(f"recordings/{api.workspace_id}/"), *parts.storage.keys("videos/")]
    assert left == [f"recordings/{api.workspace_id}/files/{kept}/recording.mp4"]
    audit = api.ask("GET", "/api/v1/audit", role="owner").json()["items"]
    assert [line["operation"] for line in audit] == ["deleteRecording"]


def _composed(parts: Parts, recording: int) -> str:
    return f"composed video {parts.composed(screen_recording_id=recording)} shows it: delete that first"


def _of_video(parts: Parts, recording: int) -> str:
    video = parts.run("video", parts.hosted(), screen_recording_id=recording)
    return f"recording {recording} belongs to video {video}: delete that"


def _being_made(parts: Parts, recording: int) -> str:
    parts.run("recording", recording, status="processing")
    return f"recording {recording} is being made: cancel it first, or wait until it has ended"


def _pending(parts: Parts, recording: int) -> str:
    parts.set(ScreenRecording, recording, status="pending")
    return f"recording {recording} is being made: cancel it first, or wait until it has ended"


@pytest.mark.parametrize("in_the_way", [_composed, _of_video, _being_made, _pending])
def test_what_is_needed_or_being_made_stays(api: Api, parts: Parts, in_the_way: Any) -> None:
    recording = parts.recording()
    said = in_the_way(parts, recording)
    status = parts.get(ScreenRecording, recording).status
    answer = api.ask("DELETE", f"{PATH}/{recording}")
    assert (answer.status_code, answer.json()["detail"]) == (409, said)
    row = parts.get(ScreenRecording, recording)
    assert row.status == status and parts.storage.exists(row.video_file_path)


def test_what_a_crash_left_half_deleted_is_deleted_by_asking_again(api: Api, parts: Parts) -> None:
    recording = parts.recording()
    run = parts.run("recording", recording)
    parts.set(ScreenRecording, recording, status="deleting")
    assert api.ask("GET", PATH, params={"status": "deleting"}).json()["items"][0]["id"] == recording
    assert api.ask("DELETE", f"{PATH}/{recording}").status_code == 204
    assert parts.get(ScreenRecording, recording) is None and parts.get(Video, run) is None
    assert [*parts.storage.keys("recordings/")] == [*parts.storage.keys("videos/")] == []
