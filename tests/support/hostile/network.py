"""Answers that are too slow, too large, too many, or none."""

from __future__ import annotations

from dataclasses import replace

from tests.support.hostile.answers import bomb, large, never, raw, slowly
from tests.support.hostile.case import QUICK, WAITS_LITTLE, Case, page, script
from tests.support.hostile.far_side import Page

_HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
_OK = b"HTTP/1.1 200 OK\r\n"
_FETCH = "fetch('/x').then((answer) => answer.text())"
_SLOW = "has not loaded after 4 s"
_LARGE = "(more|larger) than 25 MB"
_UNREADABLE = "can't be read"
_ATTACHED = (("Content-Disposition", "attachment; filename=x.exe"),)

_WAITING = """
const go = () => fetch('/x').then((answer) => answer.text()).finally(go);
go();
"""
_MANY = "for (let n = 0; n < 10000; n++) new Image().src = '/x?' + n"
_MANY_IN_TUNNELS = "for (let n = 0; n < 3000; n++) fetch('/x?' + n, {cache: 'no-store'}).catch(() => 0)"
_MANY_OF_WORKERS = """
const ask = `fetch('${location.href}?' + n, {mode: 'no-cors'}).catch(() => 0)`;
const code = `for (let n = 0; n < 1000; n++) ${ask}`;
for (let n = 0; n < 4; n++) new Worker(URL.createObjectURL(new Blob([code])));
"""
_DOWNLOADS = "<a id=a download href=/x>x</a><script>for (let n = 0; n < 50; n++) a.click()</script>"
_BUSY_TOO = "filmed|keeps the browser busy"

CASES = [
    # slow
    Case("drip-head", {"/": slowly(b"", _OK + b"X-A: 1\r\n" * 9999)}, _SLOW, caps=QUICK),
    Case("drip-body", {"/": slowly(_HTML, b"<h1>x</h1>", b"<p>x")}, _SLOW, caps=QUICK),
    Case("never-answers", {"/": never()}, _SLOW, caps=QUICK),
    Case("never-ends", {"/": slowly(_HTML, b"", b"<p>" + b"x" * 97, pause=0.001)}, _SLOW, caps=QUICK),
    Case(
        "parts-never-come",
        {**page("<link rel=stylesheet href=/x><script src=/x></script>"), "/x": never()},
        _SLOW,
        caps=QUICK,
    ),
    Case("image-never-comes", {**page("<img src=/x>"), "/x": never()}, caps=WAITS_LITTLE),
    Case("stream-never-ends", {**script(_FETCH), "/x": slowly(_HTML, b"x", b"x")}, caps=WAITS_LITTLE),
    Case(
        "always-waiting",
        {**script(_WAITING), "/x": slowly(_HTML, b"x" * 30)},
        caps=replace(WAITS_LITTLE, slow_seconds=2),
        frames=20,
    ),
    # large
    Case("gigabyte", {"/": large(1000)}, _LARGE, most_megabytes=64),
    Case("gigabyte-chunked", {"/": large(1000, chunked=True)}, _LARGE, most_megabytes=64),
    Case("gigabyte-image", {**page("<img src=/x>"), "/x": large(1000, kind="image/png")}, most_megabytes=64),
    Case("gigabyte-fetch", {**script(_FETCH), "/x": large(1000)}, most_megabytes=64),
    Case("gigabyte-tunnel", {"/": large(1000)}, _LARGE, tls=True, most_megabytes=120),
    Case("gigabyte-fetch-tunnel", {**script(_FETCH), "/x": large(1000)}, tls=True, most_megabytes=120),
    Case(
        "many-large-parts",
        {**script(f"for (let n = 0; n < 9; n++) {_FETCH}".replace("/x", "/x?' + n + '")), "/x": large(20)},
        most_megabytes=150,  # with what was under way in nine connections
    ),
    Case("gzip-bomb", {"/": bomb(100, b"<p>" + b"x" * 4000)}, _LARGE, most_megabytes=5),
    Case(
        "gzip-bomb-part",
        {**page("<link rel=stylesheet href=/x.css>"), "/x.css": bomb(60, b"a{b:c} ")},
        _BUSY_TOO,
        most_megabytes=5,
    ),
    # many
    Case("requests", script(_MANY), _BUSY_TOO, most_requests=501),
    Case("requests-tunnel", script(_MANY_IN_TUNNELS), _BUSY_TOO, tls=True, most_requests=520),
    Case("requests-of-workers", script(_MANY_OF_WORKERS), _BUSY_TOO, most_requests=501),
    # no answers that make sense
    Case("huge-header", {"/": raw(_OK + b"X-A: " + b"x" * 200_000 + b"\r\n\r\nx")}, _UNREADABLE),
    Case("many-headers", {"/": raw(_OK + b"X-A: x\r\n" * 20_000 + b"\r\nx")}, _UNREADABLE),
    Case("nonsense", {"/": raw(b"220 mail.example ESMTP\r\n\r\n")}, _UNREADABLE),
    Case("empty", {"/": raw(b"")}, "EMPTY_RESPONSE"),
    Case("cut-short", {"/": raw(_HTML[:-2] + b"Content-Length: 99\r\n\r\n<h1>x</h1>")}, "breaks off"),
    Case("no-content", {"/": Page(status=204, headers=())}, "is a download"),
    Case(
        "cookies",
        {
            "/": raw(
                _OK + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 4000) for n in range(12)) + b"\r\nx"
            )
        },
    ),
    Case("bad-certificate", page(""), "certificate", url="https://bad-certificate.test/"),
    # downloads
    Case("download", {"/": Page("x" * 1000, headers=_ATTACHED)}, "is a download"),
    Case("download-clicks", {**page(_DOWNLOADS), "/x": Page("x" * 1000, headers=_ATTACHED)}),
    Case("download-frame", {**page("<iframe src=/x></iframe>"), "/x": Page("x" * 1000, headers=_ATTACHED)}),
]
