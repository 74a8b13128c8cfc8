"""Orders to host what lies at Loom: asked of Loom at once, shown by the host step, kept as they can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.database import Database
from shared.database.models import HostedVideo, Video
from shared.hosting.step import publish_video
from shared.workflow import VideoEvent
from tests.support.api import Api, served_api
from tests.support.parts import Parts
from tests.support.vendors import Failure, VendorServer

PATH = "/api/v1/videos"
ID = "0281766fa2d04bb788eaf19e65135184"
URL = f"https://www.loom.com/share/{ID}"


class Recorded:
    """The port `Executions`, which only writes down."""

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        assert machine == "hosting"
        self.started.append(value)


@pytest.fixture
def vendors() -> Iterator[VendorServer]:
    with VendorServer() as serving:
        serving.loom.videos[ID] = {}
        yield serving


@pytest.fixture
def api(database: Database, workspace_id: int, tmp_path: Path, vendors: VendorServer) -> Iterator[Api]:
    with served_api(database, workspace_id, tmp_path, loom_base_url=vendors.loom_url) as served:
        served.tools.__dict__["executions"] = Recorded()
        yield served


def started(api: Api) -> list[dict[str, Any]]:
    return api.tools.executions.started  # type: ignore[attr-defined, no-any-return]


def play(api: Api) -> None:
    value = started(api)[-1]
    publish_video(VideoEvent(workspace_id=value["workspace_id"], video_id=value["video_id"]), api.tools)


def test_it_is_asked_for_shown_and_taken_away(api: Api, parts: Parts, vendors: VendorServer) -> None:
    lead = parts.lead()
    asked = {"hosting_provider": "loom", "loom_url": URL + "?sid=1", "lead_id": lead, "tags": ["a"]}
    key = {"Idempotency-Key": "loom 1"}
    answer = api.ask("POST", f"{PATH}/host", json=asked, headers=key)
    assert answer.status_code == 202, answer.text
    made = answer.json()
    assert (made["status"], made["loom_url"], made["composed_video_id"]) == ("processing", URL, None)
    vendors.loom.failures.append(Failure(500))
    assert api.ask("POST", f"{PATH}/host", json=asked, headers=key).json() == made
    vendors.loom.failures.clear()
    play(api)
    where = answer.headers["location"]
    ready = api.ask("GET", where).json()
    row = parts.get(HostedVideo, made["id"])
    assert ready["status"] == "ready" and ready["hosting_provider"] == "loom"
    assert ready["share_url"].endswith(f"/v/{row.slug}") and ready["embed_url"].endswith(f"/embed/{row.slug}")
    assert ready["thumbnail_url"] == f"https://cdn.loom.com/sessions/thumbnails/{ID}-4f2a.gif"
    shown = api.storage.get(f"public/v/{row.slug}/index.html").decode()
    assert f"https://www.loom.com/embed/{ID}" in shown and "Ana Silva" in shown and "alert(1)" not in shown
    assert len(vendors.loom.requests) == 1
    run = api.ask("GET", f"{PATH}/{started(api)[0]['video_id']}").json()
    assert (run["share_url"], run["hls_url"]) == (ready["share_url"], None)
    renamed = api.ask("PATCH", where, json={"title": "Anew", "privacy": "public"})
    assert renamed.status_code == 200, renamed.text
    assert "Anew" in api.storage.get(f"public/embed/{row.slug}/index.html").decode()
    parts.set(Video, started(api)[0]["video_id"], status="completed")
    assert api.ask("DELETE", where).status_code == 204
    assert [*api.storage.keys("public/v/")] == []


def test_the_composed_video_says_whose_it_is(api: Api, parts: Parts) -> None:
    lead = parts.lead()
    composed = parts.composed(lead_id=lead)
    asked = {"hosting_provider": "loom", "loom_url": URL, "composed_video_id": composed}
    made = api.ask("POST", f"{PATH}/host", json=asked).json()
    assert (made["lead_id"], made["composed_video_id"]) == (lead, composed)
    play(api)
    assert api.ask("GET", f"{PATH}/hosted/{made['id']}").json()["status"] == "ready"


def test_what_can_not_be_is_refused_and_starts_nothing(api: Api, parts: Parts, vendors: VendorServer) -> None:
    lead, gone = parts.lead(), URL[:-1] + "0"
    loom = {"hosting_provider": "loom", "lead_id": lead}
    refused: list[tuple[dict[str, Any], int, str]] = [
        (loom, 422, "loom_url: Loom has no upload API"),
        (loom | {"composed_video_id": parts.composed()}, 422, "loom_url"),
        (loom | {"loom_url": "https://evil.example/share/" + ID}, 422, "loom_url"),
        (loom | {"loom_url": gone}, 422, gone),
        (loom | {"loom_url": URL, "privacy": "private"}, 422, "privacy: Loom shows"),
        (loom | {"loom_url": URL, "download_enabled": True}, 422, "download_enabled: Loom shows"),
        ({"hosting_provider": "loom", "loom_url": URL}, 422, "lead_id"),
        (loom | {"loom_url": URL, "lead_id": 2**31 - 1}, 404, "lead"),
        ({"lead_id": lead, "loom_url": URL, "composed_video_id": 1}, 422, "loom_url: only"),
        ({"lead_id": lead}, 422, "composed_video_id"),
    ]
    for asked, status, said in refused:
        answer = api.ask("POST", f"{PATH}/host", json=asked)
        assert (answer.status_code, said in answer.text) == (status, True), answer.text
    vendors.loom.failures.append(Failure(503))
    answer = api.ask("POST", f"{PATH}/host", json=loom | {"loom_url": URL})
    assert (answer.status_code, "Loom" in answer.json()["detail"]) == (503, True), answer.text
    assert started(api) == [] and api.ask("GET", f"{PATH}/hosted").json()["items"] == []
    assert [one["url"] for one in vendors.loom.requests] == [gone, URL]


def test_what_only_loom_can_keep_is_refused(api: Api, parts: Parts) -> None:
    asked = {"hosting_provider": "loom", "loom_url": URL, "lead_id": parts.lead()}
    made = api.ask("POST", f"{PATH}/host", json=asked).json()
    play(api)
    for fields in (
        {"privacy": "private"}, {"password": "open sesame"}, {"expires_at": "2030-01-01T00:00:00Z"},
        {"download_enabled": True},
    ):  # fmt: skip
        answer = api.ask("PATCH", f"{PATH}/hosted/{made['id']}", json=fields)
        assert answer.status_code == 422 and "loom shows this video" in answer.json()["detail"]
    assert [*api.storage.keys("public/v/")] != []
