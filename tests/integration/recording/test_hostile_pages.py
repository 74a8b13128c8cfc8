"""What a page tries, counted on the far side."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from shared.recording import PageFault, SceneJob, Tour, Viewport, film_scene
from shared.recording.page.opening import opened
from tests.support.filmed_pages import Site, every_frame

SMALL = Viewport(width=320, height=240)

WAYS_IN = {
    "script": "<script src='{url}/script'></script>",
    "image": "<img src='{url}/image'>",
    "frame": "<iframe src='{url}/frame'></iframe>",
    "fetch": "<script>fetch('{url}/fetch', {{mode: 'no-cors'}})</script>",
    "socket": "<script>new WebSocket('{socket}/socket')</script>",
    "form": "<form method=post action='{url}/form'></form><script>document.forms[0].submit()</script>",
    "refresh": "<meta http-equiv=refresh content='0;url={url}/refresh'>",
    "redirect": "<iframe src='/redirect'></iframe><img src='/redirect'>",
    "beacon": "<script>navigator.sendBeacon('{url}/beacon', 'x')</script>",
    "hints": "<link rel=preconnect href='{url}'><link rel=prefetch href='{url}/p'>",
    "popup": "<script>open('{url}/popup')</script>",
    "worker": "<script>new Worker(URL.createObjectURL(new Blob([`fetch('{url}/w')`])))</script>",
}


def scene(url: str, count: int = 20) -> SceneJob:
    return SceneJob(source=Tour(url=url, steps=()), viewport=SMALL, first_frame=0, frame_count=count)


@pytest.mark.parametrize("way", WAYS_IN)
async def test_no_way_leads_to_another_loopback_port(
    way: str, new_site: Callable[[], Site], tmp_path: Path
) -> None:
    outer, inner = new_site(), new_site()
    inner.serve("<h1>secret</h1>")
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1"):
        url = f"http://{host}:{inner.port}"
        page = WAYS_IN[way].format(url=url, socket=url.replace("http", "ws"))
        outer.serve(f"<h1>Page</h1>{page}", f"/{host}")
        outer.serve("", "/redirect", status=302, headers={"Location": url})
    host = "127.0.0.1" if way != "fetch" else "localhost"
    with contextlib.suppress(PageFault):  # a page that leads there by itself is refused
        await film_scene(scene(outer.url(f"/{host}")), tmp_path, allow_hosts=(outer.pair,))
    assert outer.hits
    assert inner.hits == []


async def test_webrtc_sends_nothing(site: Site, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        port = listener.getsockname()[1]
        call = f"new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}}]}})"
        site.serve(
            f"<h1>x</h1><iframe></iframe><script>for (const world of [window, frames[0]]) {{ try {{"
            f"const c = world.eval(\"{call}\"); c.createDataChannel('d');"
            "c.createOffer().then((o) => c.setLocalDescription(o)) } catch {} }</script>"
        )
        await film_scene(scene(site.url(), 60), tmp_path, allow_hosts=(site.pair,))
        with pytest.raises(BlockingIOError):
            listener.recv(2048)


async def test_files_stay_out_of_reach(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("<body style='background:#f00'>")
    site.serve(
        f"<body style='background:#fff'><h1>x</h1><iframe src='{secret.as_uri()}'></iframe>"
        f"<script>open('{secret.as_uri()}'); location = '{secret.as_uri()}'</script>"
    )
    result = await film_scene(scene(site.url()), tmp_path, allow_hosts=(site.pair,))
    picture = every_frame(tmp_path, result)[-1].astype(int)
    assert not ((picture[..., 0] > 200) & (picture[..., 1] < 60)).any()


async def test_what_stands_in_the_way_is_dismissed(site: Site, tmp_path: Path) -> None:
    site.serve(
        "<body><h1>x</h1><script>addEventListener('beforeunload', (e) => e.preventDefault());"
        "alert(1); confirm(2); prompt(3); print(); open('/popup');"
        "navigator.serviceWorker?.register('/sw.js');"
        "navigator.geolocation.getCurrentPosition(() => 0); Notification.requestPermission();"
        "setInterval(() => { alert('again'); open('about:blank') }, 100)</script>"
    )
    site.serve("", "/sw.js", headers={"Content-Type": "text/javascript"})
    result = await film_scene(scene(site.url(), 30), tmp_path, allow_hosts=(site.pair,))
    assert result.frame_count == 30
    assert not {"/sw.js", "/popup"} & set(site.hits)


async def test_a_page_that_leaves_is_followed(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>one</h1><script>setTimeout(() => { location = '/two' }, 700)</script>")
    site.serve("<body style='background:#0f0'><h1>two</h1>", "/two")
    result = await film_scene(scene(site.url(), 30), tmp_path, allow_hosts=(site.pair,))
    assert every_frame(tmp_path, result)[-1][200, 300].tolist()[1] > 240


async def test_the_browser_knows_nothing_of_our_environment(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADREEL_CANARY", "a-secret-of-ours")
    site.serve("<h1>x</h1>")
    async with opened(Tour(url=site.url(), steps=()), SMALL, allow_hosts=(site.pair,)):
        family = psutil.Process(os.getpid()).children(recursive=True)
        browsers = [one for one in family if "chrom" in one.name() or "headless" in one.name()]
        environments = [Path(f"/proc/{one.pid}/environ").read_bytes() for one in browsers]
    assert len(environments) >= 2
    assert not any(b"a-secret-of-ours" in environment for environment in environments)
