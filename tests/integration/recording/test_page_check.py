"""What is wrong with a page is said in a sentence, before anything is spent on it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.recording import (
    Caps,
    PageFault,
    PageJob,
    PageReport,
    SceneJob,
    Tour,
    Viewport,
    check_page,
    film_scene,
)
from tests.support.filmed_pages import Site

SMALL = Viewport(width=640, height=360)


async def check(url: str, folder: Path, *allow_hosts: str, load_seconds: float = 20.0) -> PageReport:
    job = PageJob(url=url, viewport=SMALL)
    return await check_page(
        job, folder, allow_hosts=allow_hosts, request_id="request-1", caps=Caps(load_seconds=load_seconds)
    )


def assert_fails(report: PageReport, *words: str) -> None:
    assert report.verdict == "fail"
    assert len(report.reasons) == 1
    assert report.reasons[0].startswith("the page can't be recorded")
    for word in words:
        assert word in report.reasons[0]


async def test_a_good_page(site: Site, tmp_path: Path) -> None:
    url = site.serve("<title>Acme</title><body style='margin:0'><h1>Hello</h1><div style='height:1200px'>")
    report = await check(url, tmp_path, site.pair)
    assert (report.verdict, report.reasons) == ("ok", ())
    assert (report.title, report.http_status, report.final_url) == ("Acme", 200, url)
    assert 1200 < report.scroll_height < 1300
    assert 0 < report.load_seconds < 20
    assert report.work.request_id == "request-1"
    assert "Chrome" in report.work.browser_version
    assert (tmp_path / "page.jpg").read_bytes()[:2] == b"\xff\xd8"


async def test_the_fingerprint_follows_what_the_page_shows(site: Site, tmp_path: Path) -> None:
    url = site.serve("<h1>One</h1><p id=p></p><script>p.textContent = Math.random() + Date()</script>")
    first = await check(url, tmp_path, site.pair)
    again = await check(url, tmp_path, site.pair)
    site.serve("<h1>Two</h1>")
    changed = await check(url, tmp_path, site.pair)
    assert first.fingerprint == again.fingerprint != changed.fingerprint


async def test_a_redirect_is_followed(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>Here</h1>", "/new")
    site.serve("", status=302, headers={"Location": "/new"})
    report = await check(site.url(), tmp_path, site.pair)
    assert (report.verdict, report.final_url) == ("ok", site.url("/new"))


@pytest.mark.parametrize(
    ("status", "words"), [(404, "404 Not Found"), (500, "500 Internal Server Error"), (401, "login")]
)
async def test_an_error_page(site: Site, tmp_path: Path, status: int, words: str) -> None:
    report = await check(site.serve("<h1>Sorry</h1>", status=status), tmp_path, site.pair)
    assert_fails(report, site.url(), words)
    assert report.http_status == status


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "about:blank", "no web address", ""],
)
async def test_what_is_not_a_web_address(url: str, tmp_path: Path) -> None:
    assert_fails(await check(url, tmp_path), "is not a web address")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://10.0.0.5/", "10.0.0.5"),
        ("https://localhost/", "127.0.0.1"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("http://[::ffff:10.0.0.1]/", "a00:1"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
    ],
)
async def test_a_private_address(url: str, address: str, tmp_path: Path) -> None:
    report = await check(url, tmp_path)
    assert_fails(report, "private address", address, "RECORDING_ALLOW_HOSTS=")


async def test_a_port_that_is_closed_to_pages(site: Site, tmp_path: Path) -> None:
    report = await check(f"http://localhost:{site.port}/", tmp_path)
    assert_fails(report, "ports 80 and 443", f"RECORDING_ALLOW_HOSTS=localhost:{site.port}")
    assert_fails(await check(site.url(), tmp_path), "private address", f"RECORDING_ALLOW_HOSTS={site.pair}")
    assert site.hits == []


async def test_a_name_that_does_not_resolve(tmp_path: Path) -> None:
    assert_fails(await check("http://no-such-host.invalid/", tmp_path), "no-such-host.invalid", "resolve")
    assert_fails(await check("https://no-such-host.invalid/", tmp_path), "no-such-host.invalid", "resolve")


async def test_a_refused_connection(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        pair = f"127.0.0.1:{unused.getsockname()[1]}"
        assert_fails(await check(f"http://{pair}/", tmp_path, pair), "refused")


async def test_a_broken_secure_connection(site: Site, tmp_path: Path) -> None:
    report = await check(f"https://{site.pair}/", tmp_path, site.pair)
    assert_fails(report, "secure connection")


@pytest.mark.parametrize("path", ["/", "/parsing"])
async def test_a_page_that_never_loads(site: Site, tmp_path: Path, path: str) -> None:
    site.serve("", delay=60)
    site.serve("<script src='/'></script><h1>x</h1>", "/parsing")
    report = await check(site.url(path), tmp_path, site.pair, load_seconds=3)
    assert_fails(report, "has not loaded after 3 s")


async def test_a_page_that_keeps_waiting_for_an_extra(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>All there</h1><script>new EventSource('/events')</script>")
    site.serve("data: 1\n\n", "/events", headers={"Content-Type": "text/event-stream"}, endless=True)
    report = await check(site.url(), tmp_path, site.pair, load_seconds=30)
    assert report.verdict == "warn"
    assert "keeps waiting" in report.reasons[0]


async def test_a_blank_page(site: Site, tmp_path: Path) -> None:
    report = await check(site.serve("<!doctype html><div></div>"), tmp_path, site.pair)
    assert_fails(report, "blank")


async def test_a_download(site: Site, tmp_path: Path) -> None:
    headers = {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}
    report = await check(site.serve(b"\0" * 999, headers=headers), tmp_path, site.pair)
    assert_fails(report, "is a download")


async def test_a_circle_of_redirects(site: Site, tmp_path: Path) -> None:
    site.serve("", status=302, headers={"Location": "/"})
    assert_fails(await check(site.url(), tmp_path, site.pair), "redirects in a circle")


async def test_a_redirect_into_the_machine_is_refused(new_site: Callable[[], Site], tmp_path: Path) -> None:
    outer, inner = new_site(), new_site()
    inner.serve("<h1>secret</h1>")
    outer.serve("", status=302, headers={"Location": inner.url()})
    assert_fails(await check(outer.url(), tmp_path, outer.pair), "private address (127.0.0.1)")
    outer.serve("", status=302, headers={"Location": "https://127.0.0.1/"})
    assert_fails(await check(outer.url(), tmp_path, outer.pair), "private address")
    assert inner.hits == []


async def test_filming_names_the_fault_too(site: Site, tmp_path: Path) -> None:
    url = site.serve("gone", status=410)
    job = SceneJob(source=Tour(url=url, steps=()), viewport=SMALL, first_frame=0, frame_count=9)
    with pytest.raises(PageFault, match="410 Gone"):
        await film_scene(job, tmp_path, allow_hosts=(site.pair,))
