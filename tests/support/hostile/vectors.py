"""Ways from a page to the listener at 127.0.0.1:9001, where Lambda functions find their next invocation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.hostile.case import WAITS_LITTLE, Case, page
from tests.support.hostile.far_side import Page

_API = "http://127.0.0.1:9001"
_PRIVATE = r"private address \(127.0.0.1\)"

EIGHT = {
    "redirect": "",
    "script": f"<script src='{_API}/script'></script>",
    "refresh": f"<meta http-equiv=refresh content='0;url={_API}/refresh'>",
    "frame": f"<iframe src='{_API}/frame'></iframe>",
    "fetch": f"<script>fetch('{_API}/fetch', {{mode: 'no-cors'}})</script>",
    "image": f"<img src='{_API}/image'>",
    "socket": "<script>new WebSocket('ws://127.0.0.1:9001/socket')</script>",
    "form": f"<form method=post action='{_API}/form'><input name=x value=y></form>"
    "<script>document.forms[0].submit()</script>",
}
_LEAVING = {"redirect", "refresh", "form"}  # the page itself goes there
_REDIRECT = Page(status=302, headers=(("Location", f"{_API}/redirect"),))

# Each in a frame of its own, so that one that leads away takes no other along.
_MORE = {
    "prefetch": f"<link rel=prefetch href='{_API}/prefetch'>",
    "preconnect": f"<link rel=preconnect href='{_API}'>",
    "dns-prefetch": "<link rel=dns-prefetch href='//dns-prefetch-only.test'>",
    "preload": f"<link rel=preload as=image href='{_API}/preload'>",
    "modulepreload": f"<link rel=modulepreload href='{_API}/modulepreload'>",
    "module": f"<script type=module>import '{_API}/module'</script>",
    "icon": f"<link rel=icon href='{_API}/icon'>",
    "manifest": f"<link rel=manifest href='{_API}/manifest' crossorigin=use-credentials>",
    "stylesheet": f"<link rel=stylesheet href='{_API}/stylesheet'>",
    "css-import": f"<style>@import '{_API}/css-import'</style>",
    "css-background": f"<style>body {{ background: url({_API}/css-background) }}</style>",
    "css-font": f"<style>@font-face {{ font-family: f; src: url({_API}/css-font) }}"
    "p { font-family: f }</style><p>x",
    "video": f"<video autoplay muted src='{_API}/video'></video>",
    "audio": f"<audio autoplay src='{_API}/audio'></audio>",
    "poster": f"<video poster='{_API}/poster'></video>",
    "track": f"<video src='/clip'><track default kind=captions src='{_API}/track'></video>",
    "picture": f"<picture><source srcset='{_API}/picture 1x'><img src=/x></picture>",
    "object": f"<object data='{_API}/object' type='text/html'></object>",
    "embed": f"<embed src='{_API}/embed' type='text/html'>",
    "pdf": f"<embed src='{_API}/pdf' type='application/pdf'>",
    "svg-image": f"<svg><image href='{_API}/svg-image' width=9 height=9 /></svg>",
    "svg-use": f"<svg><use href='{_API}/svg-use#x' /></svg>",
    "svg-foreign": "<svg width=9 height=9><foreignObject width=9 height=9>"
    f"<img src='{_API}/svg-foreign'/></foreignObject></svg>",
    "svg-filter": f"<svg><filter id=f><feImage href='{_API}/svg-filter'/></filter>"
    "<rect filter='url(#f)' width=9 height=9 /></svg>",
    "input-image": f"<input type=image src='{_API}/input-image'>",
    "body-background": f"<body background='{_API}/body-background'>",
    "base": f"<base href='{_API}/base/'><img src=image>",
    "srcdoc": f"<iframe srcdoc=\"<img src='{_API}/srcdoc'>\"></iframe>",
    "data-frame": f"<iframe src=\"data:text/html,<img src='{_API}/data-frame'>\"></iframe>",
    "blob-frame": "<iframe id=f></iframe><script>f.src = URL.createObjectURL(new Blob("
    f"[\"<img src='{_API}/blob-frame'>\"], {{type: 'text/html'}}))</script>",
    "view-source": f"<iframe src='view-source:{_API}/view-source'></iframe>",
    "file-frame": "<iframe src='file:///proc/self/environ'></iframe>",
    "chrome-frame": "<iframe src='chrome://version'></iframe>",
    "ftp-frame": "<iframe src='ftp://127.0.0.1:9001/'></iframe><iframe src='gopher://127.0.0.1:9001/'></iframe>",
    "fenced-frame": f"<fencedframe src='{_API}/fenced'></fencedframe><portal src='{_API}/portal'></portal>",
    "events": f"<script>new EventSource('{_API}/events')</script>",
    "beacon": f"<script>navigator.sendBeacon('{_API}/beacon', 'x')</script>",
    "xhr": f"<script>const x = new XMLHttpRequest; x.open('PUT', '{_API}/xhr'); x.send('x')</script>",
    "keepalive": f"<script>fetch('{_API}/keepalive', {{keepalive: true, mode: 'no-cors'}})</script>",
    "ping": f"<a id=a href='#x' ping='{_API}/ping'>x</a><script>a.click()</script>",
    "popup": f"<script>open('{_API}/popup')</script>",
    "location": f"<script>location = '{_API}/location'</script>",
    "location-search": f"<script>location.replace('{_API}/location-replace')</script>",
    "anchor": f"<a id=a href='{_API}/anchor'>x</a><script>a.click()</script>",
    "anchor-blank": f"<a id=a target=_blank href='{_API}/anchor-blank'>x</a><script>a.click()</script>",
    "download": f"<a id=a download href='{_API}/download'>x</a><script>a.click()</script>",
    "top": f"<script>try {{ top.frames[0].location = '{_API}/top' }} catch {{}}</script>",
    "speculation": "<script type=speculationrules>"
    f'{{"prefetch": [{{"urls": ["{_API}/sp"], "eagerness": "immediate"}}],'
    f' "prerender": [{{"urls": ["{_API}/sr", "/next"], "eagerness": "immediate"}}]}}</script>',
    "worker": "<script>new Worker(URL.createObjectURL(new Blob(["
    f"`fetch('{_API}/worker', {{mode: 'no-cors'}});"
    f"importScripts('{_API}/import-scripts')`])))</script>",
    "worker-socket": "<script>new Worker(URL.createObjectURL(new Blob(["
    "`new WebSocket('ws://127.0.0.1:9001/worker-socket')`])))</script>",
    "shared-worker": "<script>new SharedWorker('/shared.js')</script>",
    "service-worker": "<script>navigator.serviceWorker?.register('/service.js')</script>",
    "worklet": f"<script>CSS.paintWorklet?.addModule('{_API}/worklet')</script>",
    "transport": "<script>try { new WebTransport('https://127.0.0.1:9001/x') } catch {}"
    "try { new WebTransport('https://transport.test/x') } catch {}</script>",
    "reports": "<img src='/reporting'>",
    "csp-report": "<meta http-equiv=content-security-policy "
    f"content=\"img-src 'none'; report-uri {_API}/csp\"><img src=/x>",
    "attribution": f"<img attributionsrc='{_API}/attribution' src=/x>",
    "redirected-image": "<img src='/to-api'>",
    "redirected-fetch": "<script>fetch('/to-api', {mode: 'no-cors'})</script>",
    "redirected-worker": "<script>new Worker('/to-api')</script>",
    "refresh-header": "<iframe src='/refresh-header'></iframe>",
    "link-header": "<iframe src='/link-header'></iframe>",
    "web-rtc": "",
}

_CALLS = "".join(
    f"{{urls: '{kind}:{host}:3478{more}', username: 'u', credential: 'c'}},"
    for host in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "93.184.216.34", "[::1]", "web-rtc-only.test")
    for kind, more in (("stun", ""), ("turn", "?transport=udp"), ("turn", "?transport=tcp"))
)
WEB_RTC = _MORE["web-rtc"] = (
    "<iframe id=inner></iframe><script>for (const world of [window, inner.contentWindow]) { try {"
    "const Peer = world.RTCPeerConnection ?? world.webkitRTCPeerConnection;"
    f"const call = new Peer({{iceServers: [{_CALLS}]}}); call.createDataChannel('d');"
    "call.createOffer().then((o) => call.setLocalDescription(o)) } catch {} }</script>"
)

_HEADED = {
    "/to-api": Page(status=302, headers=(("Location", f"{_API}/to-api"),)),
    "/refresh-header": Page(
        "x", headers=(("Refresh", f"0; url={_API}/refresh-header"), ("Content-Type", "text/html"))
    ),
    "/link-header": Page(
        "x",
        headers=(("Link", f"<{_API}/link-header>; rel=preload; as=script"), ("Content-Type", "text/html")),
    ),
    "/reporting": Page(
        status=404,
        headers=(
            ("NEL", '{"report_to": "n", "max_age": 9999, "failure_fraction": 1.0}'),
            ("Report-To", f'{{"group": "n", "max_age": 9999, "endpoints": [{{"url": "{_API}/nel"}}]}}'),
            ("Reporting-Endpoints", f'n="{_API}/reporting"'),
        ),
    ),
    "/shared.js": Page(
        f"fetch('{_API}/shared', {{mode: 'no-cors'}})", headers=(("Content-Type", "text/javascript"),)
    ),
    "/service.js": Page(
        f"fetch('{_API}/service', {{mode: 'no-cors'}})", headers=(("Content-Type", "text/javascript"),)
    ),
}


def _framed(snippets: Mapping[str, str]) -> Mapping[str, Page]:
    """A page with a frame for each."""
    frames = "".join(f"<iframe width=20 height=20 src='/in/{name}'></iframe>" for name in snippets)
    inside = {f"/in/{name}": Page(f"<!doctype html><h1>{name}</h1>{html}") for name, html in snippets.items()}
    return {**page(frames), **inside, **_HEADED, "/in/redirect": _REDIRECT}


def _eight() -> list[Case]:
    cases = []
    for name, html in EIGHT.items():
        pages = {"/": _REDIRECT} if name == "redirect" else page(html)
        cases.append(Case(f"loopback-by-{name}", pages, _PRIVATE if name in _LEAVING else ""))
    return cases


def _part(number: int) -> Mapping[str, str]:
    """Every other way: so many frames at once are slow."""
    return dict(list(_MORE.items())[number::2])


_LONGER: dict[str, Any] = {
    "frames": 12,
    "caps": WAITS_LITTLE,
    "unasked": ("dns-prefetch-only.test.", "web-rtc-only.test."),
}
CASES = [
    *_eight(),
    Case("eight-in-frames", _framed(EIGHT), frames=12),
    Case("more-ways-one", _framed(_part(0)), **_LONGER),
    Case("more-ways-two", _framed(_part(1)), **_LONGER),
    Case("more-ways-secure", _framed(_MORE), secure=True, **_LONGER),
]
