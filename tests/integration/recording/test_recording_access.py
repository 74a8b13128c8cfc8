"""Headers and cookies of a demo site: counted on the far side, they reach the site itself and nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from shared.recording import (
    JOB,
    RESULT,
    Access,
    CannotUnseal,
    Cookie,
    Hold,
    PageJob,
    SceneJob,
    ScreenRecorder,
    Tour,
    Viewport,
    Visitor,
    WrongAccess,
    bound,
    check_page,
    film_scene,
    seal,
)
from shared.recording.step import check, record
from shared.settings import Settings
from shared.storage import FileStorage
from shared.workflow import JobEvent, Tools
from tests.support.filmed_pages import STRIP_SCRIPT, Site, every_frame, read_strip

SMALL = Viewport(width=320, height=240)
KEY = SecretStr(Fernet.generate_key().decode())
CANARY = "canary-4711"
ACCESS = Access.parse(
    headers={"X-Demo": f"{CANARY}-x", "Authorization": f"Bearer {CANARY}-a", "Accept": f"text/{CANARY}"},
    cookies=[{"name": "session", "value": f"{CANARY}-c"}],
)
CORS = {"Content-Type": "text/html", "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
SCRIPT = {"Content-Type": "text/javascript"}


def sealed_for(url: str, access: Access = ACCESS) -> Visitor:
    return Visitor(access=seal(bound(access, url), KEY))


def told(site: Site) -> dict[str, tuple[bool, bool]]:
    """For each path asked for, whether the headers and the cookie came along."""
    return {
        path: (
            (headers.get("x-demo"), headers.get("authorization"), headers.get("accept"))
            == (f"{CANARY}-x", f"Bearer {CANARY}-a", f"text/{CANARY}"),
            f"session={CANARY}-c" in headers.get("cookie", ""),
        )
        for path, headers in site.asked
    }


def page_of_two_sites(own: Site, other: Site) -> str:
    """A page that asks its own site and another one in every way, directly and by redirects."""
    there = f"http://localhost:{other.port}"
    for n in range(5):
        own.serve("", f"/away{n}", status=302, headers=CORS | {"Location": f"{there}/from{n}"})
        other.serve("", f"/from{n}", headers=CORS)
    other.serve("", "/back", status=302, headers=CORS | {"Location": own.url("/returned")})
    own.serve("fetch('/in-worker'); fetch('/away4')", "/worker.js", headers=SCRIPT)
    own.serve("<script>fetch('/in-frame')</script><form></form>", "/frame")
    other.serve(
        f"<h1>y</h1><img src='{own.url('/for-other')}'>"
        f"<script>fetch('{own.url('/read-by-other')}').catch(() => 0); fetch('/own-of-other')</script>",
        "/frame",
    )
    for path in ("/returned", "/in-worker", "/in-frame", "/read-by-other", "/asked", "/style.css", "/open"):
        own.serve("", path, headers=CORS | {"Content-Type": "text/css"})
    return own.serve(
        f"<!doctype html><link rel=stylesheet href=/style.css><h1>x</h1><img src=/away0><img src={there}/img>"
        f"<img src={there}/back><iframe src=/frame></iframe><iframe src={there}/frame></iframe>"
        "<iframe src=/away1></iframe><script>new Worker('/worker.js'); fetch('/asked');"
        "fetch('/away2', {mode: 'no-cors'}); fetch('/away3').catch(() => 0);"
        f"fetch('{there}/read?it=' + document.cookie, {{mode: 'no-cors'}});"
        "navigator.sendBeacon('/open')</script>"
    )


async def test_only_the_site_itself_is_told(new_site: Callable[[], Site], tmp_path: Path) -> None:
    own, other = new_site(), new_site()
    url = page_of_two_sites(own, other)
    tour = Tour(url=url, steps=(Hold(seconds=2),), visitor=sealed_for(url))
    job = SceneJob(source=tour, viewport=SMALL, first_frame=0, frame_count=15)
    hosts = (own.pair, f"localhost:{other.port}")
    result = await film_scene(job, tmp_path, allow_hosts=hosts, access_key=KEY)

    heard = told(own)
    wanted = {"/", "/style.css", "/frame", "/in-frame", "/asked", "/open", "/worker.js", "/in-worker"}
    wanted |= {f"/away{n}" for n in range(5)}
    assert {path: heard.get(path) for path in wanted} == dict.fromkeys(wanted, (True, True))
    assert heard["/returned"][0]  # by way of the other site
    assert heard["/for-other"][0]  # the other site may show it and not read it
    assert not heard["/read-by-other"][0]

    reached = {path for path, _ in other.asked}
    assert reached >= {"/img", "/frame", "/own-of-other", "/back", "/read?it="}
    assert reached >= {"/from0", "/from1", "/from2", "/from3", "/from4"}
    assert CANARY not in json.dumps(other.asked)
    assert CANARY not in result.model_dump_json() + job.model_dump_json() + repr(job)
    referers = {path: headers.get("referer") for path, headers in own.asked + other.asked}
    assert referers["/asked"] == url
    assert referers["/from1"] == url[: len(own.url())]  # trimmed as ever on the way to another site


async def test_a_redirect_to_another_site_takes_nothing_along(
    new_site: Callable[[], Site], tmp_path: Path
) -> None:
    own, other = new_site(), new_site()
    own.serve("", status=302, headers={"Location": other.url("/page")})
    other.serve("<h1>x</h1><script>fetch('/more')</script>", "/page")
    access = Access(headers=ACCESS.headers)  # cookies go by host: another port is no other site to them
    tour = Tour(url=own.url(), visitor=sealed_for(own.url(), access))
    job = SceneJob(source=tour, viewport=SMALL, first_frame=0, frame_count=3)
    await film_scene(job, tmp_path, allow_hosts=(own.pair, other.pair), access_key=KEY)
    assert told(own) == {"/": (True, False)}
    assert set(told(other)) >= {"/page", "/more"}
    assert CANARY not in json.dumps(other.asked)


async def test_the_clock_stays_exact_while_requests_are_stopped(site: Site, tmp_path: Path) -> None:
    site.serve("ok", "/slow", delay=0.15)
    site.serve(
        f"<!doctype html><body style='margin:0'><h1>x</h1>{STRIP_SCRIPT}<script>let came = 0;"
        "const ask = async () => { await (await fetch('/slow')).text(); came++; setTimeout(ask, 50) }; ask();"
        "const every = (now) => { draw(0, Math.round(now * 10)); draw(1, came);"
        "requestAnimationFrame(every) }; requestAnimationFrame(every)</script>"
    )
    tour = Tour(url=site.url(), steps=(Hold(seconds=2),), visitor=sealed_for(site.url()))
    job = SceneJob(source=tour, viewport=SMALL, first_frame=0, frame_count=20)
    result = await film_scene(job, tmp_path, allow_hosts=(site.pair,), access_key=KEY)
    rows = np.array(
        [[read_strip(picture, row) for row in (0, 1)] for picture in every_frame(tmp_path, result)]
    )
    assert np.abs((rows[:, 0] - rows[0, 0]) / 10 - np.arange(20) * 1000 / 30).max() <= 0.2
    assert rows[-1, 1] - rows[0, 1] >= 6  # each of 0.15 s, within the page's 0.63 s
    assert all(headers for headers, _ in told(site).values())


async def test_a_recorder_in_a_script_takes_them_unsealed(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>x</h1>")
    settings = Settings(leadreel_home=tmp_path, recording_allow_hosts=(site.pair,))
    await ScreenRecorder(settings=settings).start_recording(site.url(), duration_seconds=0.2, access=ACCESS)
    assert told(site)["/"] == (True, True)


def context() -> Any:
    return SimpleNamespace(aws_request_id="request-1")


def tools(site: Site, home: Path, key: SecretStr | None = KEY) -> Tools:
    settings = Settings(leadreel_home=home, recording_allow_hosts=(site.pair,), recording_access_key=key)
    return Tools(settings, FileStorage(home / "storage"))


def test_the_steps_unseal_and_keep_nothing(
    site: Site, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    site.serve("<!doctype html><h1>Inside</h1><p>What only the invited see.</p>")
    at = tools(site, tmp_path)
    visitor = sealed_for(site.url())
    page = PageJob(url=site.url(), viewport=SMALL, visitor=visitor)
    scene = SceneJob(
        source=Tour(url=site.url(), visitor=visitor), viewport=SMALL, first_frame=0, frame_count=2
    )
    at.storage.put(f"page/{JOB}", page.model_dump_json().encode(), "application/json")
    at.storage.put(f"scene/{JOB}", scene.model_dump_json().encode(), "application/json")
    check(JobEvent(job="page"), at, context())
    record(JobEvent(job="scene"), at, context())
    assert [headers for path, headers in told_in_order(site) if path == "/"] == [(True, True)] * 2
    assert at.storage.exists(f"page/{RESULT}")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    output = capfd.readouterr()
    assert CANARY.encode() not in kept
    assert CANARY not in output.out + output.err + caplog.text


def told_in_order(site: Site) -> list[tuple[str, tuple[bool, bool]]]:
    return [(path, told(site)[path]) for path, _ in site.asked]


@pytest.mark.parametrize(
    ("key", "cure"),
    [(None, "is not set"), (SecretStr(Fernet.generate_key().decode()), "is not the key")],
    ids=("missing", "wrong"),
)
def test_a_wrong_key_is_named_before_anything_starts(
    key: SecretStr | None, cure: str, site: Site, tmp_path: Path
) -> None:
    at = tools(site, tmp_path, key)
    page = PageJob(url=site.url(), viewport=SMALL, visitor=sealed_for(site.url()))
    at.storage.put(f"page/{JOB}", page.model_dump_json().encode(), "application/json")
    with pytest.raises(CannotUnseal, match=f"RECORDING_ACCESS_KEY {cure}") as raised:
        check(JobEvent(job="page"), at, context())
    assert CANARY not in str(raised.value)
    assert site.hits == []


@pytest.mark.parametrize(
    "spelling",
    ["http://localhost:{own}/", "http://127.0.0.1:{other}/"],
    ids=("host", "port"),
)
async def test_what_is_sealed_for_one_site_opens_no_other(
    spelling: str, new_site: Callable[[], Site], tmp_path: Path
) -> None:
    site, elsewhere = new_site(), new_site()
    meant = spelling.format(own=site.port, other=elsewhere.port)
    page = PageJob(url=site.url(), viewport=SMALL, visitor=sealed_for(meant))
    with pytest.raises(WrongAccess, match="another site") as raised:
        await check_page(page, tmp_path, allow_hosts=(site.pair,), access_key=KEY)
    assert CANARY not in str(raised.value)
    assert site.hits == []


async def test_a_cookie_that_the_browser_refuses_is_named(site: Site, tmp_path: Path) -> None:
    cookie = Cookie(name="__Host-session", value=SecretStr(CANARY), path="/deep")
    page = PageJob(url=site.url(), viewport=SMALL, visitor=sealed_for(site.url(), Access(cookies=(cookie,))))
    with pytest.raises(WrongAccess, match="__Host-session") as raised:
        await check_page(page, tmp_path, allow_hosts=(site.pair,), access_key=KEY)
    assert CANARY not in str(raised.value)
