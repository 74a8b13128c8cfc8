"""The pages behind a share link: what previews read, what browsers fetch, what is escaped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from shared.hosting.pages import (
    CONTENT_SECURITY_POLICY,
    EMBED_CONTENT_SECURITY_POLICY,
    Download,
    SharePage,
    embed_page,
    not_found_page,
    share_page,
)
from tests.support.documents import Document, policy_source

SITE = "https://videos.acme.com"


def a_page(**changes: Any) -> SharePage:
    return SharePage(
        **{
            "title": "A quick look for Acme",
            "description": "Thirty seconds about your shelves.",
            "lead_name": "Ana Silva",
            "company": "Acme",
            "slug": "k3x-9_Q",
            "base_url": SITE,
            "video_path": "/media/k3x-9_Q/video.mp4",
            "poster_path": "/media/k3x-9_Q/thumbnail.jpg",
            "captions_path": "/media/k3x-9_Q/captions.vtt",
            "duration_seconds": 75.4,
            "width": 1920,
            "height": 1080,
            "published_at": datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        }
        | changes
    )


def test_a_preview_finds_all_it_needs() -> None:
    meta = Document(share_page(a_page())).meta()
    video, poster = f"{SITE}/media/k3x-9_Q/video.mp4", f"{SITE}/media/k3x-9_Q/thumbnail.jpg"

    expected = {
        "description": "Thirty seconds about your shelves.",
        "robots": "noindex, nofollow",
        "og:type": "video.other",
        "og:title": "A quick look for Acme",
        "og:description": "Thirty seconds about your shelves.",
        "og:url": f"{SITE}/v/k3x-9_Q",
        "og:image": poster,
        "og:image:type": "image/jpeg",
        "og:image:width": "1920",
        "og:image:height": "1080",
        "og:video": video,
        "og:video:secure_url": video,
        "og:video:type": "video/mp4",
        "og:video:width": "1920",
        "og:video:height": "1080",
        "video:duration": "75",
        "video:release_date": "2026-03-04T05:06:00+00:00",
        "twitter:card": "player",
        "twitter:title": "A quick look for Acme",
        "twitter:image": poster,
        "twitter:player": f"{SITE}/embed/k3x-9_Q",
        "twitter:player:width": "1920",
        "twitter:player:height": "1080",
        "twitter:player:stream": video,
        "twitter:player:stream:content_type": "video/mp4",
    }
    assert {name: meta.get(name) for name in expected} == expected


def test_plain_http_claims_no_secure_address() -> None:
    assert "og:video:secure_url" not in Document(share_page(a_page(base_url="http://127.0.0.1:8000"))).meta()


@pytest.mark.parametrize("render", [share_page, embed_page])
def test_the_player_works_without_script_and_from_relative_addresses(
    render: Callable[[SharePage], str],
) -> None:
    document = Document(render(a_page()))
    video = document.attributes("video")

    assert {"controls", "playsinline"} <= video.keys()
    assert (video["preload"], video["width"], video["height"]) == ("metadata", "1920", "1080")
    assert video["poster"] == "/media/k3x-9_Q/thumbnail.jpg"
    assert document.attributes("source") == {"src": "/media/k3x-9_Q/video.mp4", "type": "video/mp4"}
    track = document.attributes("track")
    assert (track["kind"], track["srclang"], track["src"]) == (
        "captions",
        "en",
        "/media/k3x-9_Q/captions.vtt",
    )
    assert "default" in track
    assert "hidden" in document.attributes("button")


HLS = {
    "video_path": None,
    "hls_path": "/media/k3x-9_Q/master.m3u8",
    "player_path": "/assets/hls-1.6.19.min.js",
    "chapters_path": "/media/k3x-9_Q/chapters.vtt",
}


def test_a_preview_of_a_video_without_an_mp4_leads_to_its_player() -> None:
    meta = Document(share_page(a_page(**HLS))).meta()

    player = f"{SITE}/embed/k3x-9_Q"
    assert (meta["og:video"], meta["og:video:type"]) == (player, "text/html")
    assert meta["og:video:secure_url"] == meta["twitter:player"] == player
    assert meta["og:image"].endswith("/thumbnail.jpg")
    assert "twitter:player:stream" not in meta


@pytest.mark.parametrize("render", [share_page, embed_page])
def test_a_page_names_every_way_to_play_and_fetches_none_by_itself(
    render: Callable[[SharePage], str],
) -> None:
    document = Document(render(a_page(**HLS | {"video_path": "/media/k3x-9_Q/video.mp4"})))

    assert document.attributes("video")["preload"] == "none"
    sources = [attributes for tag, attributes in document.elements if tag == "source"]
    assert [source["type"] for source in sources] == ["video/mp4", "application/vnd.apple.mpegurl"]
    player = document.attributes("div") if render is embed_page else _of_class(document, "player")
    assert player["data-hls"] == "/media/k3x-9_Q/master.m3u8"
    assert player["data-hls-js"] == "/assets/hls-1.6.19.min.js"
    assert player["data-mp4"] == "/media/k3x-9_Q/video.mp4"
    assert "noscript" not in document.tags()


def _of_class(document: Document, name: str) -> dict[str, str]:
    return next(attributes for _, attributes in document.elements if attributes.get("class") == name)


def test_without_an_mp4_a_browser_without_javascript_is_told() -> None:
    assert "noscript" in Document(share_page(a_page(**HLS))).tags()


def test_tracks_speak_the_language_of_the_video() -> None:
    document = Document(share_page(a_page(**HLS, captions_language="pt-BR")))

    tracks = [attributes for tag, attributes in document.elements if tag == "track"]
    assert [(track["kind"], track["srclang"]) for track in tracks] == [
        ("captions", "pt-BR"),
        ("chapters", "pt-BR"),
    ]


def test_what_can_be_taken_away_is_linked() -> None:
    offered = (Download(label="MP4, <1080p>", path="/media/k/video.mp4"),)
    html = share_page(a_page(downloads=offered))

    assert '<a href="/media/k/video.mp4" download>MP4, &lt;1080p&gt;</a>' in html
    assert "Download" not in share_page(a_page())


def test_only_a_page_that_needs_it_lets_the_site_script_it() -> None:
    plain, hls = (
        Document(share_page(a_page(**changes))).meta()["Content-Security-Policy"] for changes in ({}, HLS)
    )
    assert "script-src 'sha256-" in plain
    assert "script-src 'self' 'sha256-" in hls
    assert "script-src 'self' 'unsafe-inline'" in CONTENT_SECURITY_POLICY
    parts = [set(policy.split("; ")) for policy in (hls, CONTENT_SECURITY_POLICY)]
    differing = {part.split()[0] for part in parts[0] ^ parts[1]}
    assert differing == {"style-src", "script-src", "frame-ancestors", "frame-src"}


def test_a_video_without_captions_has_no_track() -> None:
    assert "track" not in Document(share_page(a_page(captions_path=None))).tags()


@pytest.mark.parametrize(
    "html",
    [share_page(a_page()), embed_page(a_page()), share_page(a_page(**HLS)), not_found_page()],
)
def test_nothing_comes_from_elsewhere(html: str) -> None:
    document = Document(html)

    assert all(
        address.startswith((f"{SITE}/", "/media/", "data:image/svg+xml,")) for address in document.addresses()
    )
    assert "@import" not in document.texts["style"]
    assert "url(" not in document.texts["style"]


@pytest.mark.parametrize("html", [share_page(a_page()), embed_page(a_page())])
def test_a_page_allows_its_own_style_and_script_only(html: str) -> None:
    document = Document(html)
    policy = document.meta()["Content-Security-Policy"]

    assert f"style-src {policy_source(document.texts['style'])};" in policy
    assert policy.endswith(f"script-src {policy_source(document.texts['script'])}")
    assert not any(
        name.startswith("on") or name == "style" for _, attributes in document.elements for name in attributes
    )


def test_the_headers_differ_only_in_who_may_frame() -> None:
    assert CONTENT_SECURITY_POLICY.endswith("; frame-ancestors 'none'")
    opened = CONTENT_SECURITY_POLICY.replace("ancestors 'none'", "ancestors *")
    assert opened == EMBED_CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '" onload="x\' y',
        "50% {{ 7 * 7 }} \\",
        "محمد 王小明 👩‍💻",
        "two\nlines",
        "</title>",
    ],
)
def test_every_word_comes_out_as_given(text: str) -> None:
    page = a_page(title=text, description=text, lead_name=text, company=text, call_to_action_label=text)
    document = Document(share_page(page))

    assert document.texts["h1"] == text
    assert document.texts["title"] == text
    assert document.meta()["og:title"] == document.meta()["og:description"] == text
    assert document.tags().count("script") == 1
    assert Document(embed_page(page)).tags().count("script") == 1


def test_the_greeting_and_the_length_are_told() -> None:
    html = share_page(a_page())

    assert "Hi <bdi>Ana Silva</bdi>" in html
    assert ">1:15<" in html
    assert "Hi <bdi>" not in share_page(a_page(lead_name=""))


def test_a_next_step_is_offered_only_if_there_is_one() -> None:
    link = "https://calendar.acme.com/ana?x=1&y=2"
    document = Document(share_page(a_page(call_to_action_url=link, call_to_action_label="See you?")))

    assert document.attributes("a")["href"] == "/media/k3x-9_Q/video.mp4"
    assert link in document.addresses()
    assert 'class="button"' not in share_page(a_page())


@pytest.mark.parametrize(
    "wrong",
    [
        {"call_to_action_url": "javascript:alert(1)"},
        {"slug": "../secret"},
        {"video_path": "//elsewhere.com/video.mp4"},
        {"video_path": None},
        {"hls_path": "https://elsewhere.com/master.m3u8"},
        {"player_path": "//elsewhere.com/hls.js"},
        {"captions_language": 'en" onload="x'},
        {"downloads": ({"label": "", "path": "/media/x"},)},
        {"poster_path": "https://elsewhere.com/x.jpg"},
        {"base_url": "ftp://videos.acme.com"},
        {"duration_seconds": 0},
        {"width": 0},
    ],
)
def test_what_would_make_a_wrong_page_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_page(**wrong)


def test_an_upright_video_is_laid_out_as_one() -> None:
    assert Document(share_page(a_page(width=1080, height=1920))).attributes("video")["class"] == "upright"


def test_a_link_that_leads_nowhere_says_so() -> None:
    document = Document(not_found_page())

    assert document.texts["h1"] == "There is no video here"
    assert document.meta()["robots"] == "noindex, nofollow"


LOOM_ID = "0281766fa2d04bb788eaf19e65135184"
LOOM = {
    "video_path": None,
    "poster_path": None,
    "captions_path": None,
    "duration_seconds": None,
    "loom_id": LOOM_ID,
    "poster_url": f"https://cdn.loom.com/sessions/thumbnails/{LOOM_ID}.gif",
}


@pytest.mark.parametrize("render", [share_page, embed_page])
def test_a_loom_is_framed_and_nothing_else_is(render: Callable[[SharePage], str]) -> None:
    document = Document(render(a_page(**LOOM, title='"><script>')))
    frame = document.attributes("iframe")
    assert (frame["src"], frame["title"]) == (f"https://www.loom.com/embed/{LOOM_ID}", '"><script>')
    assert not {"video", "script", "img"} & set(document.tags())
    policy = document.meta()["Content-Security-Policy"].split("; ")
    assert {"frame-src https://www.loom.com", "script-src 'none'", "default-src 'none'"} <= set(policy)
    assert "frame-src https://www.loom.com" in CONTENT_SECURITY_POLICY.split("; ")
    for page in (render(a_page()), not_found_page()):
        assert "frame-src 'none'" in Document(page).meta()["Content-Security-Policy"].split("; ")


def test_a_preview_of_a_loom_says_what_is_known() -> None:
    meta = Document(share_page(a_page(**LOOM))).meta()
    assert meta["og:image"] == meta["twitter:image"] == LOOM["poster_url"]
    assert (meta["og:video"], meta["og:video:type"]) == (f"{SITE}/embed/k3x-9_Q", "text/html")
    assert not {"video:duration", "og:image:type", "og:image:width"} & meta.keys()
    bare = share_page(a_page(**LOOM | {"poster_url": None}))
    assert not {"og:image", "twitter:image"} & Document(bare).meta().keys()
    assert "1:02" in share_page(a_page(**LOOM | {"duration_seconds": 61.7}))


@pytest.mark.parametrize(
    "fields", [{"loom_id": "x/../y"}, {"loom_id": LOOM_ID.upper()}, {"loom_id": None}, {"poster_path": None}]
)
def test_a_page_that_could_show_nothing_is_refused(fields: dict[str, Any]) -> None:
    wrong = {**LOOM, **fields} if "loom_id" in fields else fields
    with pytest.raises(ValidationError):
        a_page(**wrong)
