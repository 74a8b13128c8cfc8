"""The edge as an application: no sockets, requests are handed to it directly."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.edge import edge
from local.runtime_api import Answer, platform_error

PAGE = (
    "<!doctype html><title>For Ana</title><style>body { color: red }</style><video src=/media/1.mp4></video>"
)
VIDEO = bytes(range(256)) * 40


class Api:
    """Stands for the `api` function: keeps events, gives the answer it was told."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answer: Any = {"statusCode": 200, "body": "{}"}

    async def __call__(self, event: bytes, seconds: float) -> Answer:
        self.events.append(json.loads(event))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, Answer) else Answer(json.dumps(self.answer).encode())


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "storage" / "public"
    for name, content in {
        "v/ana-1/index.html": PAGE.encode(),
        "embed/ana-1/index.html": PAGE.encode(),
        "media/1/video.mp4": VIDEO,
        "media/1/captions.vtt": "WEBVTT\n\nné".encode(),
        "media/1/.partial-x": b"half",
        "media/1/master.m3u8": b"#EXTM3U",
        "media/1/captions.srt": b"1\n00:00",
        "clips/7/0a1b.mp4": VIDEO,
        "clips/7/0a1b.m4a": VIDEO,
        "assets/page.css": b"body{}",
        "other/secret.txt": b"secret",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (tmp_path / "storage" / "private.txt").write_text("private")
    (folder / "media" / "link.txt").symlink_to(tmp_path / "storage" / "private.txt")
    return folder


@pytest.fixture
async def client(public: Path, api: Api) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(edge(public, api), client=("10.1.2.3", 999))
    async with httpx.AsyncClient(transport=transport, base_url="http://edge.test") as opened:
        yield opened


async def test_the_share_page_may_not_be_framed_and_the_embed_page_may(client: httpx.AsyncClient) -> None:
    page = await client.get("/v/ana-1")
    assert (page.status_code, page.text) == (200, PAGE)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    embed = await client.get("/embed/ana-1")
    assert "frame-ancestors *" in embed.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "status", "content", "range_header"),
    [
        ("bytes=0-9", 206, VIDEO[:10], "bytes 0-9/10240"),
        ("bytes=10000-", 206, VIDEO[10000:], "bytes 10000-10239/10240"),
        ("bytes=-5", 206, VIDEO[-5:], "bytes 10235-10239/10240"),
        ("bytes=0-99999", 206, VIDEO, "bytes 0-10239/10240"),
        ("bytes=99999-", 416, None, "bytes */10240"),
    ],
)
async def test_a_video_answers_ranges(
    client: httpx.AsyncClient, asked: str, status: int, content: bytes | None, range_header: str
) -> None:
    answer = await client.get("/media/1/video.mp4", headers={"Range": asked})
    assert answer.status_code == status
    assert answer.headers["content-range"].removeprefix("bytes ") == range_header.removeprefix("bytes ")
    assert content is None or answer.content == content


async def test_media_types_and_head(client: httpx.AsyncClient) -> None:
    whole = await client.get("/media/1/video.mp4")
    assert (whole.content, whole.headers["content-type"]) == (VIDEO, "video/mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    head = await client.head("/media/1/video.mp4")
    assert (head.content, head.headers["content-length"]) == (b"", "10240")
    assert (await client.get("/media/1/captions.vtt")).headers["content-type"] == "text/vtt; charset=utf-8"
    assert (await client.get("/assets/page.css")).headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "kind", "kept"),
    [
        ("/media/1/master.m3u8", "application/vnd.apple.mpegurl", "public, max-age=60"),
        ("/media/1/video.mp4", "video/mp4", "public, max-age=3600"),
        ("/media/1/captions.srt", "application/x-subrip", "public, max-age=3600"),
        ("/clips/7/0a1b.mp4", "video/mp4", "public, max-age=31536000, immutable"),
        ("/clips/7/0a1b.m4a", "audio/mp4", "public, max-age=31536000, immutable"),
        ("/assets/page.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
    ],
)
async def test_how_long_a_browser_may_keep_a_file(
    client: httpx.AsyncClient, path: str, kind: str, kept: str
) -> None:
    for answer in (await client.get(path), await client.head(path)):
        assert answer.status_code == 200
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == (kind, kept)
    part = await client.get(path, headers={"Range": "bytes=1-2"})
    assert (part.status_code, len(part.content), part.headers["cache-control"]) == (206, 2, kept)


@pytest.mark.parametrize(
    "path",
    [
        "/v/nobody",
        "/v/..%2f..%2fprivate.txt",
        "/media/../other/secret.txt",
        "/media/%2e%2e/other/secret.txt",
        "/media/..%2fother/secret.txt",
        "/media/..%5cother%5csecret.txt",
        "/media/%00",
        "/media/1/.partial-x",
        "/media/link.txt",
        "/media/1",
        "/media/",
        "/media//etc/passwd",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, api: Api, path: str) -> None:
    api.answer = {"statusCode": 404, "body": "no route"}
    answer = await client.get(httpx.URL("http://edge.test").copy_with(raw_path=path.encode()))
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert "private" not in answer.text


async def test_a_missing_page_is_friendly(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v/nobody")
    assert "Made with Leadreel" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-security-policy" in answer.headers


async def test_a_path_with_a_line_break_is_the_apis_as_any_other(client: httpx.AsyncClient, api: Api) -> None:
    answer = await client.get("/api/v1/leads/a%0Ab")
    assert (answer.status_code, len(api.events)) == (200, 1)
    odd = await client.request("BREW", "/api/v1/leads")
    assert (odd.status_code, len(api.events)) == (405, 1)
    assert "PATCH" in odd.headers["allow"]


async def test_other_requests_become_gateway_events(client: httpx.AsyncClient, api: Api) -> None:
    api.answer = {
        "statusCode": 201,
        "headers": {"content-type": "application/json", "x-one": "1"},
        "multiValueHeaders": {"x-many": ["a", "b"]},
        "cookies": ["a=1; Path=/", "b=2"],
        "body": '{"id": 3}',
    }
    answer = await client.post(
        "/api/v1/videos/caf%C3%A9?tag=a&tag=b&q=x%20y",
        json={"name": "Ana é"},
        headers={"X-Thing": "1", "Cookie": "s=1; t=2", "User-Agent": "tester"},
    )
    assert (answer.status_code, answer.json()) == (201, {"id": 3})
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]
    assert answer.headers.get_list("x-many") == ["a", "b"]
    (event,) = api.events
    assert event["version"] == "2.0"
    assert event["rawPath"] == "/api/v1/videos/caf%C3%A9"
    assert event["rawQueryString"] == "tag=a&tag=b&q=x%20y"
    assert event["queryStringParameters"] == {"tag": "a,b", "q": "x y"}
    assert event["cookies"] == ["s=1", "t=2"]
    assert event["headers"]["x-thing"] == "1"
    assert "cookie" not in event["headers"]
    assert json.loads(event["body"]) == {"name": "Ana é"}
    assert event["isBase64Encoded"] is False
    http = event["requestContext"]["http"]
    assert (http["method"], http["sourceIp"], http["userAgent"]) == ("POST", "10.1.2.3", "tester")


async def test_bytes_travel_as_base64_both_ways(client: httpx.AsyncClient, api: Api) -> None:
    data = b"\x89PNG\xff\x00"
    api.answer = {"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(data).decode()}
    answer = await client.put("/api/v1/logo", content=data, headers={"Content-Type": "image/png"})
    assert answer.content == data
    assert api.events[0]["isBase64Encoded"] is True
    assert base64.b64decode(api.events[0]["body"]) == data


async def test_an_answer_without_a_status_is_json(client: httpx.AsyncClient, api: Api) -> None:
    api.answer = {"status": "ok"}
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "body" not in api.events[0]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (platform_error("Runtime.ExitError", "gone"), 500),
        ({"statusCode": "many"}, 500),
        ({"statusCode": 200, "isBase64Encoded": True, "body": "!"}, 500),
        (TimeoutError(), 503),
    ],
)
async def test_a_failing_function_is_an_error_without_details(
    client: httpx.AsyncClient, api: Api, answer: Any, status: int
) -> None:
    api.answer = answer
    answered = await client.get("/api/v1/videos")
    assert answered.status_code == status
    assert set(answered.json()) == {"message"}


async def test_a_body_that_no_lambda_takes_is_refused(client: httpx.AsyncClient, api: Api) -> None:
    answer = await client.post("/api/v1/batches", content=b"x" * 4_600_000)
    assert answer.status_code == 413
    assert api.events == []
