"""The workflow of the first document, answer by answer: record, write, speak, compose, host, analytics.

Each answer has exactly the fields that the contract names (and more, which are ours).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import av
import httpx
import pytest

from tests.support.up import Served, served_home

PATH = "/api/v1/videos"
PATIENCE_SECONDS = 300.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_home(tmp_path_factory.mktemp("workflow")) as site:
        yield site


@pytest.fixture(scope="module")
def member(served: Served) -> Iterator[httpx.Client]:
    with served.client("--role", "member") as client:
        yield client


def ended(client: httpx.Client, location: str) -> dict[str, Any]:
    """The part, once it is no longer being made; asked for as Retry-After and ETag have it."""
    deadline, tag = time.monotonic() + PATIENCE_SECONDS, ""
    while True:
        answer = client.get(location, headers={"If-None-Match": tag} if tag else {})
        if answer.status_code != 304:
            tag, part = answer.headers["etag"], answer.json()
            if part["status"] not in {"pending", "recording", "processing"}:
                return dict(part)
        assert time.monotonic() < deadline, part
        time.sleep(0.5)


def begun(client: httpx.Client, path: str, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
    answer = client.post(f"{PATH}{path}", json=body)
    assert answer.status_code == 202, answer.text
    assert answer.headers["retry-after"] == "2"
    return answer.json(), answer.headers["location"]


def test_the_workflow(served: Served, member: httpx.Client) -> None:
    lead = member.post("/api/v1/leads", json={"name": "John Doe", "company": "Acme Corp", "industry": "SaaS"})
    lead_id = lead.json()["id"]

    asked = {
        "lead_id": lead_id, "url_recorded": served.demo_url + "?name={name}", "resolution": "640x360",
        "recording_settings": {
            "frame_rate": 30, "show_cursor": True, "highlight_clicks": True, "duration_seconds": 6,
            "quality": "preview",
        },
    }  # fmt: skip
    recording, where = begun(member, "/recordings/start", asked)
    assert recording["status"] == "recording" and recording["lead_id"] == lead_id
    assert recording["url_recorded"].endswith("?name=John%20Doe")

    script = member.post(
        f"{PATH}/scripts/generate",
        json={
            "lead_id": lead_id, "script_style": "professional", "total_duration_seconds": 12,
            "target_audience": "SaaS founders", "key_messages": ["Easy integration"],
        },
    )  # fmt: skip
    assert script.status_code == 201, script.text
    assert {
        "id", "lead_id", "script_style", "sections", "total_duration_seconds", "ai_model_used", "ai_cost",
        "created_at",
    } <= set(script.json())  # fmt: skip
    section = script.json()["sections"][0]
    assert {"title", "content", "duration_seconds", "scene_type", "timing_marker"} <= set(section)
    assert "John" in section["content"]

    voiceover = member.post(
        f"{PATH}/voiceovers/synthesize",
        json={
            "video_script_id": script.json()["id"], "lead_id": lead_id, "voice_preset": "professional_male",
            "voice_settings": {"stability": 0.5, "similarity_boost": 0.75, "style": 0.0}, "format": "mp3",
        },
    )  # fmt: skip
    assert voiceover.status_code == 201, voiceover.text
    voice = voiceover.json()
    assert {
        "id", "video_script_id", "lead_id", "voice_preset", "voice_id", "voice_name", "audio_file_path",
        "duration_seconds", "characters_processed", "cost_usd", "status", "created_at",
    } <= set(voice)  # fmt: skip
    audio = member.get(f"{voiceover.headers['location']}/audio", follow_redirects=True)
    assert audio.headers["content-type"] == "audio/mpeg"

    recorded = ended(member, where)
    assert recorded["status"] == "completed", recorded["reason"]
    assert recorded["duration_seconds"] == pytest.approx(6, abs=0.1)
    assert recorded["resolution"] == "640x360" and recorded["file_size_mb"] > 0
    file = member.get(f"{where}/file", follow_redirects=True)
    (served.home / "recording.mp4").write_bytes(file.content)
    with av.open(str(served.home / "recording.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert sum(1 for _ in container.decode(video=0)) == 180

    composed, where = begun(
        member, "/compose",
        {
            "lead_id": lead_id, "screen_recording_id": recorded["id"], "voiceover_id": voice["id"],
            "resolution": "640x360", "format": "mp4", "branding": {"apply_branding": True},
            "intro": {"enabled": True, "duration_seconds": 3, "text": "Custom Demo for Acme Corp"},
            "quality": "preview", "generate_quality_versions": False,
        },
    )  # fmt: skip
    assert composed["status"] == "processing" and composed["has_intro"] is True
    composed = ended(member, where)
    assert composed["status"] == "completed", composed["reason"]
    assert {
        "id", "lead_id", "screen_recording_id", "voiceover_id", "video_file_path", "thumbnail_path",
        "duration_seconds", "resolution", "file_size_bytes", "status", "processing_time_seconds",
        "branding_applied", "has_intro", "created_at",
    } <= set(composed)  # fmt: skip
    assert composed["duration_seconds"] >= voice["duration_seconds"]
    video = member.get(f"{where}/file", follow_redirects=True)
    (served.home / "video.mp4").write_bytes(video.content)
    with av.open(str(served.home / "video.mp4")) as container:
        assert {"video", "audio"} <= {stream.type for stream in container.streams}

    hosted, where = begun(
        member, "/host",
        {
            "composed_video_id": composed["id"], "lead_id": lead_id, "hosting_provider": "s3",
            "title": "Custom Demo for Acme Corp", "description": "Personalized platform demo",
            "tags": ["demo", "acme-corp", "saas"], "privacy": "unlisted", "download_enabled": False,
            "analytics_enabled": True,
        },
    )  # fmt: skip
    hosted = ended(member, where)
    assert hosted["status"] == "ready", hosted["reason"]
    assert {
        "id", "composed_video_id", "lead_id", "hosting_provider", "share_url", "embed_url", "thumbnail_url",
        "title", "privacy", "status", "view_count", "analytics_enabled", "created_at",
    } <= set(hosted)  # fmt: skip
    page = httpx.get(hosted["share_url"])
    assert page.status_code == 200 and "Custom Demo for Acme Corp" in page.text
    assert httpx.get(hosted["thumbnail_url"]).content[:3] == b"\xff\xd8\xff"

    analytics = member.get(f"{where}/analytics").json()
    assert {
        "hosted_video_id", "total_views", "unique_viewers", "avg_watch_percentage",
        "avg_watch_duration_seconds", "completion_rate", "top_viewer_countries", "top_viewer_devices",
        "retention",
    } <= set(analytics)  # fmt: skip
    assert (analytics["hosted_video_id"], analytics["total_views"]) == (hosted["id"], 0)

    with served.client("--role", "finance") as finance:
        usage = finance.get(f"{PATH}/voiceovers/usage").json()
    assert sum(day["characters"] for day in usage["days"]) == voice["characters_processed"]

    listed = member.get(PATH).json()["items"]
    assert listed == []  # these were single orders, not videos


def test_what_can_not_be_made_says_why(member: httpx.Client, served: Served) -> None:
    lead_id = member.post("/api/v1/leads", json={"name": "Ana", "company": "Acme"}).json()["id"]
    recording, where = begun(
        member, "/recordings/start", {"lead_id": lead_id, "url_recorded": served.demo_url + "nowhere"}
    )
    failed = ended(member, where)
    assert failed["status"] == "failed" and "404" in failed["reason"]
    voice = member.post(f"{PATH}/voiceovers/synthesize", json={"video_script_id": 2**31 - 1})
    assert voice.status_code == 404
    answer = member.post(
        f"{PATH}/compose", json={"screen_recording_id": failed["id"], "voiceover_id": 2**31 - 1}
    )
    assert answer.status_code == 404
    inside = member.post(
        f"{PATH}/recordings/start", json={"lead_id": lead_id, "url_recorded": "http://127.0.0.1:9001/"}
    )
    assert inside.status_code == 422 and "9001" in inside.json()["detail"]
    loom = member.post(f"{PATH}/host", json={"composed_video_id": 1, "hosting_provider": "loom"})
    assert loom.status_code == 422 and "no upload API" in loom.json()["detail"]
