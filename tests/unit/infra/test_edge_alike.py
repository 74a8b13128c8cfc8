"""CloudFront, as its template describes it, answers what the edge of one machine answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from local.edge import edge
from local.runtime_api import Answer
from shared.hosting.access import media_root
from shared.storage import FileStorage, Links
from tests.support.cloudfront import CloudFront, Got
from tests.support.edge_stacks import edge_templates
from tests.support.in_process import asking

LINKS = Links(SecretStr("k" * 43))
TOLD = ("content-security-policy", "cache-control", "x-content-type-options", "referrer-policy")
OBJECTS = {
    "public/v/abc/index.html": b"<!doctype html><title>For Ana</title>",
    "public/embed/abc/index.html": b"<!doctype html><title>Player</title>",
    "public/media/abc/thumbnail.jpg": b"jpeg",
    "public/media/abc/hls/master.m3u8": b"#EXTM3U",
    "public/clips/0a1b-0.m4s": b"moof",
    "public/assets/hls-1.6.13.min.js": b"hls",
    "public/docs/index.html": b"<!doctype html><title>API</title>",
    "public/docs/docs.css": b"css",
    "public/secret/x": b"not served",
    "guarded/locked/page.json": b"{}",
    "guarded/locked/media/720p.mp4": b"guarded",
    "voices/1/x.wav": b"private",
}
SAID = {
    "content-security-policy": "default-src 'none'; form-action 'self'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}


class Api:
    """What the API function would answer, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []
        self.status = 200

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Got:
        self.asked.append((method, path, headers))
        return Got(self.status, {**SAID, "content-type": "text/html; charset=utf-8"}, b"the API's word")

    async def __call__(self, event: bytes, seconds: float) -> Answer:
        asked = json.loads(event)
        got = self.answer(asked["requestContext"]["http"]["method"], asked["rawPath"], asked["headers"])
        answer = {"statusCode": got.status, "headers": got.headers, "body": got.body.decode()}
        return Answer(json.dumps(answer).encode())


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def distribution(api: Api) -> CloudFront:
    template = edge_templates("dev", "us-east-1")["region"]
    return CloudFront(template, dict(OBJECTS), {}, api.answer, "k" * 43)


@pytest.fixture
def machine(tmp_path: Path, api: Api) -> Iterator[httpx.Client]:
    storage = FileStorage(tmp_path)
    for key, content in OBJECTS.items():
        storage.put(key, content)
    with asking(edge(tmp_path / "public", api, links=LINKS)) as client:
        yield client


def token(slug: str = "locked", seconds: float = 600) -> str:
    return media_root(slug, LINKS, time.time() + seconds)


def with_token(path: str) -> str:
    """For `TOKEN`, `LATE` and `OTHER`, the addresses of the locked video's media that their tokens make."""
    other = token("other").replace("other", "locked")
    for name, root in (("TOKEN", token()), ("LATE", token(seconds=-1)), ("OTHER", other)):
        path = path.replace(name, root)
    return path


@pytest.mark.parametrize(
    "path",
    [
        "/v/abc",
        "/embed/abc",
        "/media/abc/thumbnail.jpg",
        "/media/abc/hls/master.m3u8",
        "TOKEN/720p.mp4",
        "/clips/0a1b-0.m4s",
        "/assets/hls-1.6.13.min.js",
        "/docs",
        "/docs/docs.css",
        "/v/locked",
        "/embed/locked",
        "/api/v1/videos",
        "/openapi.json",
        "/health",
        "/unlock/v/locked",
    ],
)
def test_what_is_there_is_the_same_with_the_same_headers(
    distribution: CloudFront, machine: httpx.Client, path: str
) -> None:
    path = with_token(path)
    here, there = machine.get(path), distribution.get(path)
    assert (there.status, there.body) == (here.status_code, here.content) == (200, there.body)
    wanted = {name: here.headers[name] for name in TOLD if name in here.headers}
    if path.startswith("/docs"):  # where people sign in is another origin on AWS
        wanted["content-security-policy"] = wanted["content-security-policy"].replace(
            "connect-src 'self'", "connect-src 'self' https://leadreel-dev.auth.us-east-1.amazoncognito.com"
        )
    assert {name: there.headers[name] for name in wanted} == wanted
    assert there.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("kind", ["v", "embed"])
def test_a_page_that_is_no_file_is_the_apis_and_so_are_its_headers(
    distribution: CloudFront, api: Api, kind: str
) -> None:
    got = distribution.get(f"/{kind}/locked")
    assert [(method, path) for method, path, _ in api.asked] == [("GET", f"/{kind}/locked/index.html")]
    assert {name: got.headers[name] for name in SAID} == SAID
    api.status = 410
    gone = distribution.get(f"/{kind}/gone")
    assert (gone.status, gone.headers["cache-control"]) == (410, "no-store")


def test_the_api_knows_cloudfront_and_who_asks(distribution: CloudFront, api: Api) -> None:
    distribution.get("/api/v1/leads", "POST", x_origin_key="forged", x_viewer_address="forged")
    distribution.get("/v/locked")
    for _, _, headers in api.asked:
        assert headers["x-origin-key"].startswith("{{resolve:secretsmanager:")
    assert api.asked[0][2]["x-viewer-address"] == "203.0.113.9"


@pytest.mark.parametrize(
    "path",
    [
        "LATE/720p.mp4",
        "OTHER/720p.mp4",
        "TOKENx/720p.mp4",
        "TOKEN/../page.json",
        "TOKEN/%2e%2e/page.json",
    ],
)
def test_without_its_token_nothing_guarded_opens(
    distribution: CloudFront, machine: httpx.Client, path: str
) -> None:
    path = with_token(path)
    got = distribution.get(path)
    assert (got.status, got.headers["cache-control"]) == (403, "no-store")
    assert machine.get(path).status_code in (403, 404) or ".." in path  # which httpx takes out itself
    assert distribution.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "/guarded/locked/media/720p.mp4",
        "/guarded/locked/page.json",
        "/media/../../guarded/locked/media/720p.mp4",
        "/media/../secret/x",
        "/media/%2e%2e/secret/x",
        "/media/..%2fsecret/x",
        "/media//x",
        "/clips/../../voices/1/x.wav",
        "/docs/../secret/x",
        "/docs/..%5csecret",
        "/secret/x",
        "/public/secret/x",
        "/voices/1/x.wav",
        "/locked/media/720p.mp4",
        "/%67uarded/locked/media/720p.mp4",
        "/Media/~/x",
        "//guarded/locked/media/720p.mp4",
        "/v/../secret/x",
        "/v/..%2f..%2fguarded",
        "/files/1.x/voices/1/x.wav",
    ],
)
def test_nothing_else_of_the_bucket_is_served(distribution: CloudFront, api: Api, path: str) -> None:
    api.status = 404
    got = distribution.get(path)
    assert got.status in (403, 404)
    assert not {key for bucket, key in distribution.asked if bucket == "Content"} & set(OBJECTS)
    assert got.body not in OBJECTS.values()


def test_what_is_missing_is_kept_by_nobody(distribution: CloudFront, api: Api) -> None:
    """S3 says 403 to whoever may not list the bucket; a page is asked of the API, which says 404."""
    for path in ("/media/gone/720p.mp4", "/clips/gone.m4s", "/assets/gone.js", f"{token('gone')}/x.mp4"):
        got = distribution.get(path)
        assert (got.status, got.headers.get("cache-control")) == (403, None)
        assert got.headers["content-security-policy"] == "sandbox"
    assert api.asked == []


def test_the_policy_of_the_bucket_holds_where_a_function_fails(distribution: CloudFront) -> None:
    """Even if a rewriting function let anything pass, CloudFront's own right ends at what it serves."""
    readable = {key for key in OBJECTS if distribution.may_read("Content", key)}
    public = {key for key in OBJECTS if key.startswith("public/")}
    assert readable == public | {"guarded/locked/media/720p.mp4"}


def test_a_beacon_reaches_nobody(distribution: CloudFront, api: Api) -> None:
    for method in ("GET", "POST"):
        got = distribution.get("/b", method)
        assert (got.status, got.body, got.headers["cache-control"]) == (204, b"", "no-store")
    assert api.asked == [] and distribution.asked == []


def test_buckets_are_read_only(distribution: CloudFront) -> None:
    for path in ("/", "/v/abc", "/media/abc/x", "/clips/x", "/docs", f"{token()}/x"):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert distribution.get(path, method).status == 403
    assert distribution.asked == []


def test_without_an_application_its_addresses_are_the_apis(distribution: CloudFront, api: Api) -> None:
    api.status = 404
    assert distribution.get("/videos/7").status == 404
    assert api.asked[0][1] == "/index.html"
    distribution.site["index.html"] = b"app"
    got = distribution.get("/videos/7")
    assert (got.status, got.body, got.headers["cache-control"]) == (200, b"app", "no-cache")
    assert "frame-ancestors 'none'" in got.headers["content-security-policy"]
