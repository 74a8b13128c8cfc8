"""Files of parts: an address that holds for a while, and what it gives through the edge."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from local.edge import edge
from local.runtime_api import Answer
from shared.database.models import ScreenRecording, VideoScript, Voiceover
from shared.storage import FileStorage, Links
from tests.support.api import LINK_KEY, Api
from tests.support.in_process import asking
from tests.support.parts import Parts

PATH = "/api/v1/videos"


@pytest.fixture
def site(api: Api) -> Iterator[httpx.Client]:
    async def no_api(event: bytes, seconds: float) -> Answer:
        return Answer(b'{"statusCode": 404}')

    assert isinstance(api.storage, FileStorage)
    with asking(edge(api.storage.root / "public", no_api, links=Links(LINK_KEY))) as client:
        yield client


def test_each_part_gives_its_file_to_whoever_has_the_address(
    api: Api, parts: Parts, site: httpx.Client
) -> None:
    composed = parts.composed()
    given = {
        f"/recordings/{parts.recording()}/file": (b"recorded", "video/mp4"),
        f"/voiceovers/{parts.voiceover()}/audio": (b"spoken", "audio/mpeg"),
        f"/composed/{composed}/file": (f"720p.mp4 of {composed}".encode(), "video/mp4"),
        f"/composed/{composed}/file?quality=720p": (f"720p.mp4 of {composed}".encode(), "video/mp4"),
        f"/composed/{composed}/thumbnail": (f"thumbnail.jpg of {composed}".encode(), "image/jpeg"),
    }
    for path, (content, kind) in given.items():
        answer = api.ask("GET", PATH + path, role="viewer")
        assert (answer.status_code, answer.content) == (307, b"")
        assert answer.headers["cache-control"] == "no-store"
        file = site.get(answer.headers["location"])
        assert (file.status_code, file.content, file.headers["content-type"]) == (200, content, kind)
        assert file.headers["content-disposition"].startswith("attachment; filename=")
        assert site.get(answer.headers["location"], headers={"Range": "bytes=1-2"}).content == content[1:3]
        assert site.get(answer.headers["location"].replace("/files/", "/files/f")).status_code == 403


def test_json_says_where_files_are_and_never_changes(api: Api, parts: Parts) -> None:
    voiceover = parts.voiceover()
    first = api.ask("GET", f"{PATH}/voiceovers/{voiceover}")
    assert "files/" not in first.text
    assert api.ask("GET", f"{PATH}/voiceovers/{voiceover}").headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("quality", "status", "said"),
    [
        ("480p", 404, "no MP4 in 480p: there is 720p"),
        ("1080p", 404, "there is 720p"),
        ("../x", 422, "quality"),
    ],
)
def test_a_size_that_is_not_kept_says_which_are(
    api: Api, parts: Parts, quality: str, status: int, said: str
) -> None:
    answer = api.ask("GET", f"{PATH}/composed/{parts.composed()}/file", params={"quality": quality})
    assert answer.status_code == status and said in answer.json()["detail"]


def test_what_has_no_file_yet_says_why(api: Api, parts: Parts) -> None:
    recording = parts.add(ScreenRecording(url_recorded="u", status="recording"))
    script = parts.add(VideoScript(script_style="casual", total_duration_seconds=5))
    voiceover = parts.add(Voiceover(voice_preset="technical", video_script_id=script))
    for path, said in (
        (f"/recordings/{recording}/file", "it is recording"),
        (f"/voiceovers/{voiceover}/audio", "it is processing"),
    ):
        answer = api.ask("GET", PATH + path)
        assert answer.status_code == 404 and said in answer.json()["detail"]


def test_a_certificate_is_json(api: Api, parts: Parts) -> None:
    composed = parts.composed()
    answer = api.ask("GET", f"{PATH}/composed/{composed}/certificate")
    assert answer.json() == {
        "composed_video_id": composed, "verdict": "ok", "certificate": {"verdict": "ok", "checks": []},
    }  # fmt: skip
