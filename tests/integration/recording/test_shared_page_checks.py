"""One check serves every video of a page; a page that was down is tried again for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.postgres import Postgres
from shared.composition.plan_step import plan_scenes
from shared.database.models import Video, VideoScript, VideoStep, Voiceover
from shared.recording import JOB, PAGE_IMAGE, RESULT, PageJob, PageReport, freshness_window, page_key
from shared.recording.step import PageRefused, check
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import VideoRequest, create_video, read_video
from shared.workflow import JobEvent, Tools, VideoEvent
from tests.support.filmed_pages import Site

SMALL = {"width": 640, "height": 360, "fps": 30}
SECTION = {
    "title": "The page",
    "content": "This is it.",
    "duration_seconds": 4,
    "scene_type": "demo",
    "timing_marker": "[00:00]",
}


@pytest.fixture
def tools(migrated: Postgres, tmp_path: Path, site: Site) -> Iterator[Tools]:
    settings = Settings(
        leadreel_home=tmp_path, database_url=migrated.app_url, recording_allow_hosts=(site.pair,)
    )
    made = Tools(settings, FileStorage(tmp_path / "storage"))
    yield made
    made.database.close()


def ask(tools: Tools, workspace_id: int, url: str, name: str = "Ana", **more: Any) -> dict[str, Any]:
    request = VideoRequest.parse(**{"url": url, "name": name, "company": "Acme", "viewport": SMALL, **more})
    return create_video(request, workspace_id, tools.database, tools.storage, tools.settings).value


def checked(tools: Tools, asked: dict[str, Any]) -> dict[str, Any]:
    context: Any = SimpleNamespace(aws_request_id="request-1")
    return check(JobEvent(job=asked["page_job"]), tools, context)


def planned(tools: Tools, asked: dict[str, Any]) -> VideoStep:
    """Plan the video, with a script and a voiceover of its own; the row of its check."""
    workspace_id, video_id = asked["workspace_id"], asked["video_id"]
    with tools.database.workspace(workspace_id) as session:
        script = VideoScript(
            workspace_id=workspace_id, script_style="casual", sections=[SECTION], total_duration_seconds=4
        )
        spoken = {"audio_key": "voices/1.wav", "duration_seconds": 2.0, "words": []}
        voiceover = Voiceover(workspace_id=workspace_id, voice_preset="technical", sections=[spoken])
        session.add_all([script, voiceover])
        session.flush()
        video = session.get_one(Video, video_id)
        video.video_script_id, video.voiceover_id = script.id, voiceover.id
    plan_scenes(VideoEvent(workspace_id=workspace_id, video_id=video_id), tools)
    with tools.database.workspace(workspace_id) as session:
        row = session.get_one(VideoStep, (video_id, "check_page"))
        session.expunge(row)
    return row


def test_the_second_lead_of_a_page_is_checked_at_once_and_took_no_time(
    tools: Tools, workspace_id: int, site: Site
) -> None:
    url = site.serve("<title>Acme</title><h1>Hello</h1>")
    first = ask(tools, workspace_id, url)
    assert checked(tools, first)["verdict"] == "ok"
    second = ask(tools, workspace_id, url, "Bea")
    assert second["page_job"] == first["page_job"]
    assert checked(tools, second)["verdict"] == "ok"
    assert site.hits.count("/") == 1
    job = PageJob.model_validate_json(tools.storage.get(f"{second['page_job']}/{JOB}"))
    assert job.billed_to is not None and job.billed_to.video_id == first["video_id"]

    report = PageReport.model_validate_json(tools.storage.get(f"{first['page_job']}/{RESULT}"))
    before, after = planned(tools, first), planned(tools, second)
    assert (before.status, after.status) == ("completed", "completed")
    assert before.seconds == pytest.approx(report.work.seconds, abs=0.001)
    assert before.seconds > 0.1
    assert after.seconds == 0
    assert after.started_at == after.finished_at
    assert after.started_at is not None and after.started_at >= report.work.finished_at
    state = read_video(workspace_id, second["video_id"], tools.database, tools.storage)
    assert (state.steps[0].name, state.steps[0].status, state.steps[0].seconds) == (
        "check_page",
        "completed",
        0,
    )


def test_a_check_that_runs_as_a_video_is_asked_for_counts_from_then(
    tools: Tools, workspace_id: int, site: Site
) -> None:
    url = site.serve("<title>Acme</title><h1>Hello</h1>")
    asked = ask(tools, workspace_id, url)
    checked(tools, asked)
    key = f"{asked['page_job']}/{RESULT}"
    report = PageReport.model_validate_json(tools.storage.get(key))
    with tools.database.workspace(workspace_id) as session:
        created_at = session.get_one(Video, asked["video_id"]).created_at
    of_another = report.work.model_copy(
        update={
            "started_at": created_at - timedelta(seconds=3),
            "finished_at": created_at + timedelta(seconds=2),
        }
    )
    told = report.model_copy(update={"work": of_another})
    tools.storage.put(key, told.model_dump_json().encode())
    assert planned(tools, asked).seconds == 2


def test_a_page_that_was_down_is_tried_again_for_the_next_video(
    tools: Tools, workspace_id: int, site: Site
) -> None:
    url = site.serve("<h1>Back soon</h1>", status=503)
    first = ask(tools, workspace_id, url)
    with pytest.raises(PageRefused, match="503"):
        checked(tools, first)
    assert not tools.storage.exists(f"{first['page_job']}/{RESULT}")
    assert not tools.storage.exists(f"{first['page_job']}/{PAGE_IMAGE}")
    site.serve("<title>Acme</title><h1>Hello</h1>")
    second = ask(tools, workspace_id, url)
    assert second["page_job"] == first["page_job"]
    assert checked(tools, second)["verdict"] == "ok"
    assert planned(tools, second).status == "completed"


def test_a_refusal_takes_nothing_from_a_check_that_went_well(
    tools: Tools, workspace_id: int, site: Site
) -> None:
    """Two that were asked for at the same time, and the page goes down between them."""
    url = site.serve("<title>Acme</title><h1>Hello</h1>")
    first, second = ask(tools, workspace_id, url), ask(tools, workspace_id, url)
    key = f"{first['page_job']}/{RESULT}"
    checked(tools, first)
    kept = tools.storage.get(key)
    tools.storage.delete(key)  # as the other one, which has begun already, sees it
    site.serve("gone", status=500)
    image = tools.storage.get(f"{first['page_job']}/{PAGE_IMAGE}")
    with pytest.raises(PageRefused):
        checked(tools, second)
    tools.storage.put(key, kept)
    assert tools.storage.get(f"{first['page_job']}/{PAGE_IMAGE}") == image
    assert planned(tools, first).status == "completed"


def test_another_page_visitor_tour_or_size_is_another_check(
    tools: Tools, workspace_id: int, site: Site
) -> None:
    wide = {**SMALL, "width": 800}
    asked = [
        ask(tools, workspace_id, site.url()),
        ask(tools, workspace_id, site.url("/other")),
        ask(tools, workspace_id, site.url(), locale="de-DE"),
        ask(tools, workspace_id, site.url(), viewport=wide),
        ask(tools, workspace_id, site.url(), steps=[{"kind": "hold", "seconds": 1}]),
    ]
    assert len({one["page_job"] for one in asked}) == len(asked)
    again = ask(tools, workspace_id, site.url(), "Bea", style="casual", show_cursor=False)
    assert again["page_job"] == asked[0]["page_job"]


def test_a_check_stands_for_its_window_of_freshness_only(tools: Tools, workspace_id: int, site: Site) -> None:
    asked = ask(tools, workspace_id, site.url())
    job = PageJob.model_validate_json(tools.storage.get(f"{asked['page_job']}/{JOB}"))
    with tools.database.workspace(workspace_id) as session:
        created_at = session.get_one(Video, asked["video_id"]).created_at
    now = freshness_window(created_at, 24)
    prefix = f"recordings/{workspace_id}/pages"
    assert asked["page_job"] == f"{prefix}/{page_key(job, now)}"
    assert page_key(job, now) != page_key(job, now + 1)
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    windows = [freshness_window(midnight + timedelta(hours=hours), 24) for hours in (0, 23.9, 24)]
    assert windows[0] == windows[1] == windows[2] - 1
