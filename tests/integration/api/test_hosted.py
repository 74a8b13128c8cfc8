"""Hosted videos over HTTP: what the pages say, and who may see them, through the edge."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from local.edge import edge
from local.runtime_api import Answer
from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import HostedVideo, VideoView
from shared.hosting import show_hosted
from shared.storage import FileStorage, Links
from tests.support.api import LINK_KEY, Api
from tests.support.in_process import asking
from tests.support.parts import Parts

PATH = "/api/v1/videos/hosted"
SECRET = "open sesame"


@pytest.fixture
def site(api: Api) -> Iterator[httpx.Client]:
    """The edge, before the API."""

    def ask(event: dict[str, Any]) -> dict[str, Any]:
        body = event.get("body", "").encode()
        body = base64.b64decode(body) if event["isBase64Encoded"] else body
        method = event["requestContext"]["http"]["method"]
        answer = api.client.request(method, event["rawPath"], headers=event["headers"], content=body)
        return {"statusCode": answer.status_code, "headers": dict(answer.headers), "body": answer.text}

    async def call(event: bytes, seconds: float) -> Answer:
        return Answer(json.dumps(await asyncio.to_thread(ask, json.loads(event))).encode())

    assert isinstance(api.storage, FileStorage)
    with asking(edge(api.storage.root / "public", call, links=Links(LINK_KEY))) as client:
        yield client


@pytest.fixture
def hosted(api: Api, parts: Parts) -> int:
    """A video that anyone with the link sees."""
    voiceover = parts.voiceover(video_script_id=parts.script(language="es"))
    composed = parts.composed(voiceover_id=voiceover)
    hosted = parts.hosted(composed_video_id=composed, lead_id=parts.lead(), description="Made for you")
    show_hosted(api.workspace_id, hosted, api.tools.database, api.storage, api.tools.settings)
    return hosted


def slug_of(parts: Parts, hosted: int) -> str:
    return str(parts.get(HostedVideo, hosted).slug)


def change(api: Api, hosted: int, **fields: Any) -> dict[str, Any]:
    answer = api.ask("PATCH", f"{PATH}/{hosted}", json=fields)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    assert api.ask("GET", f"{PATH}/{hosted}").json() == changed
    return changed


def keys(parts: Parts, slug: str) -> list[str]:
    return [key for place in ("public/", "guarded/") for key in parts.storage.keys(place) if slug in key]


def test_a_hosted_video_is_shown_with_every_field(api: Api, parts: Parts, hosted: int) -> None:
    shown = api.ask("GET", f"{PATH}/{hosted}").json()
    row = parts.get(HostedVideo, hosted)
    assert shown.items() >= {
        "id": hosted, "composed_video_id": row.composed_video_id, "lead_id": row.lead_id,
        "hosting_provider": "s3", "share_url": row.share_url, "embed_url": row.embed_url,
        "thumbnail_url": row.thumbnail_url, "title": "For Ana", "description": "Made for you",
        "tags": ["demo"], "privacy": "unlisted", "has_password": False, "expires_at": None,
        "download_enabled": False, "analytics_enabled": True, "status": "ready", "view_count": 0,
        "unique_viewers": 0, "total_cost_usd": 0.0, "reason": None,
    }.items()  # fmt: skip


def test_lists_are_narrowed(api: Api, parts: Parts) -> None:
    first = parts.hosted(title="A", lead_id=parts.lead())
    second = parts.hosted(title="B", privacy="private", composed_video_id=parts.composed(), status="failed")
    row = parts.get(HostedVideo, second)
    for asked, found in (
        ({"privacy": "private"}, [second]), ({"composed_video_id": row.composed_video_id}, [second]),
        ({"lead_id": parts.get(HostedVideo, first).lead_id}, [first]), ({"status": "ready"}, [first]),
        ({"sort": "-title"}, [second, first]), ({"sort": "title"}, [first, second]),
    ):  # fmt: skip
        assert [item["id"] for item in api.ask("GET", PATH, params=asked).json()["items"]] == found


def test_the_pages_say_what_was_changed(api: Api, parts: Parts, hosted: int, site: httpx.Client) -> None:
    slug = slug_of(parts, hosted)
    media = {key: parts.storage.get(key) for key in keys(parts, slug) if "/media/" in key}
    for path in (f"/v/{slug}", f"/embed/{slug}"):
        page = site.get(path)
        assert page.status_code == 200 and "For Ana" in page.text and 'srclang="es"' in page.text
    assert "MP4, 720p" not in site.get(f"/v/{slug}").text

    changed = change(
        api, hosted, title="For <Ana>", description="New", tags=["a", "b"], download_enabled=True
    )
    assert (changed["title"], changed["tags"], changed["download_enabled"]) == ("For <Ana>", ["a", "b"], True)
    page = site.get(f"/v/{slug}").text
    assert "For &lt;Ana&gt;" in page and "MP4, 720p" in page and "Made for you" not in page
    assert {key: parts.storage.get(key) for key in keys(parts, slug) if "/media/" in key} == media
    change(api, hosted, description=None, analytics_enabled=False)
    assert "MP4, 720p" in site.get(f"/v/{slug}").text


def test_nobody_sees_what_is_private(api: Api, parts: Parts, hosted: int, site: httpx.Client) -> None:
    slug = slug_of(parts, hosted)
    before = keys(parts, slug)
    assert change(api, hosted, privacy="private")["thumbnail_url"] is None
    assert keys(parts, slug) == []
    for path in (f"/v/{slug}", f"/embed/{slug}", f"/media/{slug}/thumbnail.jpg"):
        answer = site.get(path)
        assert answer.status_code == 404 and "There is no video here" in answer.text
    change(api, hosted, title="Still private", password=SECRET)
    assert keys(parts, slug) == []
    change(api, hosted, privacy="public", password=None)
    assert keys(parts, slug) == before
    assert "Still private" in site.get(f"/v/{slug}").text


def test_a_password_is_asked_for(api: Api, parts: Parts, hosted: int, site: httpx.Client) -> None:
    slug = slug_of(parts, hosted)
    changed = change(api, hosted, password=SECRET)
    assert changed["has_password"] is True and "password" not in {*changed} - {"has_password"}
    assert SECRET not in api.ask("GET", "/api/v1/audit", role="owner").text
    assert not [key for key in keys(parts, slug) if key.startswith("public/")]
    assert site.get(f"/media/{slug}/720p.mp4").status_code == 404

    for kind, framed in (("v", "frame-ancestors 'none'"), ("embed", "frame-ancestors *")):
        form = site.get(f"/{kind}/{slug}")
        assert form.status_code == 200 and f'action="/unlock/{kind}/{slug}"' in form.text
        assert "For Ana" not in form.text and "/media/" not in form.text
        policy = form.headers["content-security-policy"]
        assert "form-action 'self'" in policy and framed in policy
        assert site.get(f"/{kind}/{slug}/index.html").text == form.text  # as CloudFront asks for it
        wrong = site.post(f"/unlock/{kind}/{slug}", data={"password": SECRET.upper()})
        assert wrong.status_code == 403 and "not the password" in wrong.text and "/media/" not in wrong.text
        page = site.post(f"/unlock/{kind}/{slug}", data={"password": SECRET})
        assert page.status_code == 200 and "For Ana" in page.text
        assert page.headers["cache-control"] == "no-store"
        assert framed in page.headers["content-security-policy"]
    assert site.post(f"/unlock/v/{slug}").status_code == 403
    back = site.get(f"/unlock/v/{slug}")
    assert (back.status_code, back.headers["location"]) == (303, f"/v/{slug}")

    change(api, hosted, password=None)
    assert "For Ana" in site.get(f"/v/{slug}").text
    assert site.get(f"/media/{slug}/720p.mp4").status_code == 200
    assert not [key for key in keys(parts, slug) if key.startswith("guarded/")]


def test_guarded_media_open_with_their_token_only(
    api: Api, parts: Parts, hosted: int, site: httpx.Client
) -> None:
    slug = slug_of(parts, hosted)
    change(api, hosted, password=SECRET, download_enabled=True)
    page = site.post(f"/unlock/v/{slug}", data={"password": SECRET}).text
    paths = sorted(set(re.findall(rf"/media/{slug}/[^\"?\s]+", page)))
    names = {path.rpartition("/")[2] for path in paths}
    assert names >= {"master.m3u8", "720p.mp4", "thumbnail.jpg", "captions.vtt", "captions.srt"}
    for path in paths:
        assert site.get(path).status_code == 200, path
    [playlist] = [path for path in paths if path.endswith("master.m3u8")]
    beside = playlist.replace("master", "720p")  # as a player resolves it
    assert site.get(beside).content.startswith(b"hls/720p.m3u8")
    part = site.get(playlist, headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.content) == (206, b"hls")

    other = parts.hosted(composed_video_id=parts.get(HostedVideo, hosted).composed_video_id)
    change(api, other, password=SECRET)
    token = playlist.split("/")[3]
    late = Links(LINK_KEY).sign(f"media\n{slug}", datetime.now(UTC).timestamp() - 1)
    for path in (
        playlist.replace(slug, slug_of(parts, other)), playlist.replace(token, token[:-1]),
        playlist.replace(token, f"~{late}"), playlist.replace(token, "~"), playlist.replace(token, "~x"),
        f"/media/{slug}/{token}/../page.json", f"/media/{slug}/{token}/%2e%2e/page.json",
        f"/media/{slug}/{token}/",
    ):  # fmt: skip
        answer = site.get(httpx.URL("http://api.test").copy_with(raw_path=path.encode()))
        assert answer.status_code in {403, 404}, path
        assert "hls" not in answer.text and "guard" not in answer.text


def test_after_its_end_it_is_gone(api: Api, parts: Parts, hosted: int, site: httpx.Client) -> None:
    slug = slug_of(parts, hosted)
    end = datetime.now(UTC) + timedelta(hours=1)
    changed = change(api, hosted, expires_at=end.isoformat())
    assert datetime.fromisoformat(changed["expires_at"]) == end
    page = site.get(f"/v/{slug}")
    assert page.status_code == 200 and "For Ana" in page.text
    tokens = {int(end, 16) for end in re.findall(rf"/media/{slug}/~([0-9a-f]+)\.", page.text)}
    assert tokens == {int(end.timestamp())}  # media don't outlive their page

    change(api, hosted, expires_at=(datetime.now(UTC) - timedelta(seconds=1)).isoformat(), password=SECRET)
    for answer in (site.get(f"/v/{slug}"), site.post(f"/unlock/embed/{slug}", data={"password": SECRET})):
        assert answer.status_code == 410 and "no longer shown" in answer.text
        assert "For Ana" not in answer.text
    change(api, hosted, expires_at=None, password=None)
    assert site.get(f"/v/{slug}").status_code == 200
    assert [key for key in keys(parts, slug) if key.startswith("guarded/")] == []


def test_passwords_are_not_tried_without_end(api: Api, parts: Parts, hosted: int, site: httpx.Client) -> None:
    slug = slug_of(parts, hosted)
    change(api, hosted, password=SECRET)
    tried = [site.post(f"/unlock/v/{slug}", data={"password": str(n)}).status_code for n in range(11)]
    assert tried == [403] * 10 + [429]
    right = site.post(f"/unlock/v/{slug}", data={"password": SECRET})
    assert (right.status_code, right.headers["retry-after"]) == (429, "60")


@pytest.mark.parametrize(
    "fields",
    [
        {"privacy": "secret"}, {"password": "123"}, {"password": "x" * 201}, {"title": ""}, {"title": None},
        {"expires_at": "2026-01-01T00:00:00"}, {"expires_at": "tomorrow"}, {"slug": "mine"},
        {"tags": ["x" * 101]}, {"share_url": "https://evil.example"},
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused(api: Api, parts: Parts, fields: dict[str, Any]) -> None:
    hosted = parts.hosted()
    answer = api.ask("PATCH", f"{PATH}/{hosted}", json=fields)
    assert answer.status_code == 422
    assert "x" * 201 not in answer.text


def test_what_we_could_not_keep_is_refused(api: Api, parts: Parts) -> None:
    loom = parts.hosted(hosting_provider="loom")
    for fields in ({"password": SECRET}, {"privacy": "private"}, {"expires_at": "2030-01-01T00:00:00Z"}):
        answer = api.ask("PATCH", f"{PATH}/{loom}", json=fields)
        assert answer.status_code == 422 and "loom shows this video" in answer.json()["detail"]
    row = parts.get(HostedVideo, loom)
    assert (row.password_hash, row.privacy, row.expires_at) == (None, "unlisted", None)
    being = parts.hosted(status="processing")
    assert api.ask("PATCH", f"{PATH}/{being}", json={"title": "T"}).status_code == 409


def test_changed_meanwhile_it_is_not_changed(api: Api, parts: Parts, hosted: int) -> None:
    tag = api.ask("GET", f"{PATH}/{hosted}").headers["etag"]
    change(api, hosted, title="First")
    late = api.ask("PATCH", f"{PATH}/{hosted}", json={"title": "Second"}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert parts.get(HostedVideo, hosted).title == "First"


@pytest.mark.parametrize("fields", [{}, {"password": SECRET}, {"privacy": "private"}])
def test_deleted_it_is_gone_with_its_pages_and_views(
    api: Api, parts: Parts, hosted: int, site: httpx.Client, fields: dict[str, Any]
) -> None:
    slug = slug_of(parts, hosted)
    change(api, hosted, **fields)
    view = parts.add(
        VideoView(
            hosted_video_id=hosted,
            view_id="7f1c0e2e-3a52-4a3e-9f07-0a0b0c0d0e0f",
            started_at=datetime.now(UTC),
        )
    )
    parts.run("hosting", hosted)
    assert api.ask("DELETE", f"{PATH}/{hosted}").status_code == 204
    assert keys(parts, slug) == []
    assert parts.get(HostedVideo, hosted) is None and parts.get(VideoView, view) is None
    assert site.get(f"/v/{slug}").status_code == 404
    assert api.ask("DELETE", f"{PATH}/{hosted}").status_code == 404


def test_a_page_left_behind_is_shown_to_nobody(
    api: Api, parts: Parts, hosted: int, site: httpx.Client
) -> None:
    """A crash after the row said so, before storage followed."""
    slug = slug_of(parts, hosted)
    change(api, hosted, password=SECRET)
    for fields in ({"privacy": "private"}, {"privacy": "unlisted", "status": "deleting"}):
        parts.set(HostedVideo, hosted, **fields)
        answer = site.post(f"/unlock/v/{slug}", data={"password": SECRET})
        assert answer.status_code == 404 and "For Ana" not in answer.text


def test_another_workspaces_are_not_there(api: Api, database: Database) -> None:
    theirs = Parts(database, api.storage, open_workspace(database, f"other than {api.workspace_id}"))
    hosted = theirs.hosted()
    assert api.ask("GET", f"{PATH}/{hosted}").status_code == 404
    assert api.ask("PATCH", f"{PATH}/{hosted}", json={"privacy": "private"}).status_code == 404
    assert api.ask("DELETE", f"{PATH}/{hosted}").status_code == 404
    assert theirs.get(HostedVideo, hosted).privacy == "unlisted"
