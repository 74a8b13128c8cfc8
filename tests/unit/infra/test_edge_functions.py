"""What CloudFront's functions make of requests, friendly ones and others."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from infra.edge_code import FOLDER, KEY_MARK, LARGEST, source
from shared.hosting import guarded_media
from shared.hosting.access import media_root
from shared.storage import Links
from tests.support.edge_functions import ADDRESS, ENGINES, request_event, response_event, run

KEY = "k" * 43
HOSTILE = (
    "/..", "/../x", "/x/../y", "/%2e%2e/x", "/%2E%2E%2fx", "/..%2f..%2fetc", "/.%2e/x", "//x", "/x//y", "/x/",
    "/.git", "/x/.env", "/x/./y", "/x\\y", "/x%5cy", "/%00", "/x\0y", "/x%0ay", "/x\ny", "/x y", "/x%20y",
    "/é", "/x?y", "/x;y", "/x#y", "/<script>", "/x'y", '/x"y', "/x@y", "/x:y", "/" + "x" * 2000, "/x*",
    "/~t/x", "",
)  # fmt: skip


@pytest.fixture(params=ENGINES, ids=lambda engine: engine[0].rpartition("/")[2])
def engine(request: pytest.FixtureRequest) -> list[str]:
    return request.param  # type: ignore[no-any-return]


def uris(made: list[dict[str, Any]]) -> list[str | None]:
    """Where each goes on to; None where it was answered."""
    return [None if "statusCode" in one else one["uri"] for one in made]


def test_a_page_is_the_file_that_its_slug_names(engine: list[str]) -> None:
    asked = ("/v/aB3_-x", "/embed/aB3_-x", "/v/" + "s" * 40)
    found = uris(run(source("pages"), [request_event(uri) for uri in asked], engine))
    assert found == [f"{uri}/index.html" for uri in asked]


def test_a_slash_too_many_is_led_to_the_page(engine: list[str]) -> None:
    (made,) = run(source("pages"), [request_event("/embed/abc/")], engine)
    assert (made["statusCode"], made["headers"]) == (301, {"location": {"value": "/embed/abc"}})


def test_no_path_leaves_the_pages(engine: list[str]) -> None:
    asked = [f"/{kind}{path}" for kind in ("v", "embed") for path in HOSTILE if path != "/x/"]
    made = run(source("pages"), [request_event(uri) for uri in asked], engine)
    for uri, one in zip(asked, made, strict=True):
        assert one["uri"] == ("/embed" if uri.startswith("/embed/") else "/v") + "/-/index.html"


def test_files_go_on_as_they_were_asked(engine: list[str]) -> None:
    asked = (
        "/media/abc/thumbnail.jpg",
        "/media/a_-1/hls/master.m3u8",
        "/clips/0a1b-12.m4s",
        "/assets/hls-1.6.13.min.js",
        "/assets/swagger-ui-5.29.0/swagger-ui-bundle.js",
        "/docs/docs.css",
    )
    assert uris(run(source("files"), [request_event(uri) for uri in asked], engine)) == [*asked]
    docs = run(source("files"), [request_event(uri) for uri in ("/docs", "/docs/")], engine)
    assert uris(docs) == ["/docs/index.html"] * 2


def test_no_path_leaves_a_folder_and_nothing_is_said_of_it(engine: list[str]) -> None:
    asked = [f"/{folder}{path}" for folder in ("media", "clips", "assets") for path in HOSTILE]
    asked += ["/docs/../x", "/docs/.x", "/docsx", "/docs//x", "/guarded/abc/media/video.mp4", "/other/x", "/"]
    for uri, one in zip(asked, run(source("files"), [*map(request_event, asked)], engine), strict=True):
        assert one["statusCode"] == 404, uri
        assert one["headers"]["cache-control"]["value"] == "no-store"
        assert one["body"] == "There is nothing at this address.\n"


def guarded(key: str = KEY) -> str:
    return source("guarded").replace(KEY_MARK, key)


def test_a_token_of_the_product_opens_its_media_and_no_others(engine: list[str]) -> None:
    links, until = Links(SecretStr(KEY)), time.time() + 600
    root, other = media_root("abc", links, until), media_root("abd", links, until)
    token = root.rpartition("~")[2]
    end, _, mac = token.partition(".")
    opened = [f"{root}/hls/master.m3u8", f"{root}/720p.mp4"]
    shut = [
        media_root("abc", links, time.time() - 1) + "/720p.mp4",
        media_root("abc", Links(SecretStr("l" * 43)), until) + "/720p.mp4",
        f"{other.replace('abd', 'abc')}/720p.mp4",
        f"/media/abc/~{int(until) + 9:x}.{mac}/720p.mp4",
        f"/media/abc/~{end.upper() if end.upper() != end else '0' + end}.{mac}/720p.mp4",
        f"/media/abc/~{end}.{mac[:-1]}/720p.mp4",
        f"/media/abc/~{end}.{mac}x/720p.mp4",
        f"/media/abc/~{end}.{mac[::-1]}/720p.mp4",
        f"/media/abc/~{end}./720p.mp4",
        f"/media/abc/~{'f' * 13}.{mac}/720p.mp4",
        f"/media/abc/{quote('~', safe='')}%7E{token}/720p.mp4",
        *(root + path for path in HOSTILE),
        f"{root}/../page.json",
        f"{root}/%2e%2e/page.json",
        "/guarded/abc/media/720p.mp4",
        "/media/abc/720p.mp4",
    ]
    made = run(guarded(), [*map(request_event, [*opened, *shut])], engine)
    expected = ["/guarded/abc/media/hls/master.m3u8", "/guarded/abc/media/720p.mp4"]
    assert uris(made[:2]) == expected
    for uri, one in zip(shut, made[2:], strict=True):
        assert one["statusCode"] == 403, uri
        assert one["headers"]["cache-control"]["value"] == "no-store"
        assert token not in str(one) and KEY not in str(one)
    for uri, key in zip(opened, expected, strict=True):  # as the edge of one machine says
        assert guarded_media(uri.removeprefix("/media/"), links) == key.removeprefix("/")


@pytest.mark.parametrize("padding", ["", "="])
def test_a_keys_padding_makes_no_difference(padding: str) -> None:
    other = "=" if not padding else ""
    root = media_root("abc", Links(SecretStr(KEY + padding)), time.time() + 600)
    (made,) = run(guarded(KEY + other), [request_event(f"{root}/720p.mp4")])
    assert made["uri"] == "/guarded/abc/media/720p.mp4"


def test_a_token_ends(engine: list[str]) -> None:
    path = media_root("abc", Links(SecretStr(KEY)), 1_800_000_000) + "/a.mp4"
    for now, status in ((1_799_999_999, None), (1_800_000_000, 403), (1_800_000_001, 403)):
        clock = f"Date.now = () => {now * 1000};\n"
        (made,) = run(guarded() + clock, [request_event(path)], engine)
        assert made.get("statusCode") == status


def test_a_beacon_is_answered_with_nothing_whatever_it_says(engine: list[str]) -> None:
    sent = [request_event("/b", method, user_agent="<b>") for method in ("GET", "HEAD", "POST")]
    for made in run(source("beacon"), sent, engine):
        assert made == {
            "statusCode": 204,
            "statusDescription": "No Content",
            "headers": {
                "cache-control": {"value": "no-store"},
                "x-content-type-options": {"value": "nosniff"},
            },
        }
    others = [request_event("/b", method) for method in ("PUT", "PATCH", "DELETE", "OPTIONS")]
    for made in run(source("beacon"), others, engine):
        assert (made["statusCode"], made["headers"]["allow"]["value"]) == (405, "GET, HEAD, POST")


def test_the_api_is_told_who_asks_whatever_they_say(engine: list[str]) -> None:
    sent = request_event("/api/v1/videos", "POST", x_viewer_address="127.0.0.1", content_length="4500000")
    (made,) = run(source("api"), [sent], engine)
    assert made["uri"] == "/api/v1/videos"
    assert made["headers"]["x-viewer-address"] == {"value": ADDRESS}


def test_a_body_that_no_lambda_takes_is_refused(engine: list[str]) -> None:
    (made,) = run(source("api"), [request_event("/api/v1/x", "POST", content_length="4500001")], engine)
    assert (made["statusCode"], made["body"]) == (413, '{"message":"Request Too Long"}')


def test_the_applications_addresses_are_its_own(engine: list[str]) -> None:
    files = ("/static/index-0a1b.js", "/favicon.ico", "/a/b/c.woff2")
    pages = ("/", "/videos", "/videos/7", "/leads/ana@acme.com", "/x/..", "/.env", "/.git/config", *HOSTILE)
    made = uris(run(source("site"), [*map(request_event, (*files, *pages))], engine))
    assert made[: len(files)] == [*files]
    assert set(made[len(files) :]) == {"/index.html"}


@pytest.mark.parametrize(
    ("uri", "kept"),
    [
        ("/media/abc/hls/master.m3u8", "public, max-age=60"),
        ("/media/abc/720p.mp4", "public, max-age=3600"),
        ("/media/abc/~1.x/720p.mp4", "private, max-age=3600"),
        ("/media/abc/~1.x/hls/master.m3u8", "private, max-age=3600"),
        ("/guarded/abc/media/720p.mp4", "private, max-age=3600"),
        ("/clips/0a1b.m4s", "public, max-age=31536000, immutable"),
        ("/assets/hls-1.6.13.min.js", "public, max-age=31536000, immutable"),
        ("/v/abc", "no-cache"),
        ("/embed/abc/index.html", "no-cache"),
        ("/docs", "no-cache"),
        ("/index.html", "no-cache"),
    ],
)
def test_how_long_a_browser_may_keep_what_was_found(engine: list[str], uri: str, kept: str) -> None:
    events = [response_event(uri, {"ETag": '"1"'}), response_event(uri, {"Cache-Control": "no-store"})]
    found, said = run(source("kept"), events, engine)
    assert found["headers"] == {"etag": {"value": '"1"'}, "cache-control": {"value": kept}}
    assert said["headers"] == {"cache-control": {"value": "no-store"}}


def test_cloudfront_takes_each_function() -> None:
    files = sorted(FOLDER.glob("*.js"))
    assert len(files) == 7
    for file in files:
        code = file.read_text(encoding="utf-8")
        assert file.stat().st_size + 43 < LARGEST
        assert re.search(r"^function handler\(event\)", code, re.M)
        assert not re.search(r"\?\.|\?\?|\.\.\.|\bclass\b|\brequire\b|\bfetch\b|\bconsole\b", code), file.name
