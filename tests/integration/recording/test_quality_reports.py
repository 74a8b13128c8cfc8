"""What a page shows is read off the page and its pictures, before and while it is filmed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.recording import (
    Finding,
    Goto,
    Hold,
    PageFault,
    PageJob,
    QualityReport,
    RecordingConfig,
    SceneJob,
    SceneResult,
    ScreenRecorder,
    Tour,
    Viewport,
    check_page,
    film_scene,
)
from shared.recording.page.opening import opened
from shared.recording.quality.verdict import judge
from shared.recording.quality.watch import glance
from shared.settings import Settings
from tests.support.banner_pages import PLAIN
from tests.support.filmed_pages import Site, every_packet

SMALL = Viewport(width=640, height=360, fps=10)
STORY = "<p>" + "Anvils of every size, forged since 1949 by people who care about weight. " * 12
CENTRED = "<!doctype html><body style='margin:0;height:100vh;display:grid;place-items:center"
CHALLENGE = """<title>Just a moment...</title>
<div id=challenge-running style="width:300px;height:65px">Verifying</div>
<p>acme.example needs to review the security of your connection before proceeding.</p>"""
WIDGET = "<div class=h-captcha style='width:300px;height:74px;background:#eee'></div>"
LOGIN = "<form>Email <input name=e>Password <input type=password><button>Sign in</button>"


async def qualities(site: Site, bodies: Sequence[str]) -> list[QualityReport]:
    """Of page after page, in one browser."""
    found = []
    async with opened(Tour(url=site.serve("<h1>Start</h1>")), SMALL, allow_hosts=(site.pair,)) as stage:
        for number, body in enumerate(bodies):
            url = site.serve(body, f"/{number}")
            await stage.visit(url)
            found.append(judge(await glance(stage, url, await stage.clock.shoot())))
    return found


FAILING = {
    "a challenge": (CHALLENGE, "bot check (Cloudflare)"),
    "a captcha": (f"<h1>Security check</h1>{WIDGET}", "bot check (hCaptcha)"),
    "an error page": (
        "<title>404 Not Found</title><center><h1>404 Not Found</h1></center>",
        '"404 Not Found"',
    ),
    "a server without a site": (
        "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><p>If you see this page, it works.",
        "placeholder of nginx",
    ),
    "a login": (f"{CENTRED}'>{LOGIN}", "login form and little else"),
    "an empty root": (
        "<title>App</title><noscript>Turn on JavaScript.</noscript><div id=root></div>"
        "<script src=/main.js></script>",
        "put nothing into #root (",
    ),
}


async def test_pages_of_no_use(site: Site) -> None:
    found = await qualities(site, [body for body, _ in FAILING.values()])
    for quality, (what, (_, words)) in zip(found, FAILING.items(), strict=True):
        [finding] = quality.findings
        assert finding.severity == "fail", what
        assert words in finding.reason, what
        assert quality.http_status == 200
        assert quality.load_seconds > 0


async def test_the_report_of_a_check(site: Site, tmp_path: Path) -> None:
    job = PageJob(url=site.serve(CHALLENGE), viewport=SMALL)
    report = await check_page(job, tmp_path, allow_hosts=(site.pair,))
    [finding] = report.quality.findings
    assert (report.verdict, report.http_status, finding.severity, finding.second) == (
        "fail",
        200,
        "fail",
        None,
    )
    assert report.reasons == (f"the page can't be recorded: {finding.reason}",)


WARNED = {
    "text in the colour of its ground": (f"<body style='color:#fefefe'>{STORY}", "of the text in view"),
    "a spinner": (
        f"{CENTRED}'><div class=spinner style='width:48px;height:48px;border:4px solid #06c'></div>",
        "still shows that it is loading",
    ),
    "placeholders": (
        "<h1>Feed</h1>" + "<div class='skeleton-card' style='height:90px;background:#ddd'></div>" * 4,
        "still shows that it is loading",
    ),
    "text that never appears": (f"<div style='opacity:0'>{STORY}", "blank"),
    "a banner in the page's own box": (
        f"<h1>Acme</h1>{STORY}<div style='position:absolute;z-index:9;inset:0;background:#fff'>We use "
        "cookies to measure. Read our privacy policy.</div>",
        "cookie banner covers 100%",
    ),
}


async def test_pages_with_a_flaw(site: Site) -> None:
    found = await qualities(site, [body for body, _ in WARNED.values()])
    for quality, (what, (_, words)) in zip(found, WARNED.items(), strict=True):
        assert quality.verdict == "warn", what
        assert words in quality.findings[0].reason, what


FINE = {
    "a dark word": f"{CENTRED};background:#0b0b0f;color:#ddd;font:300 28px sans-serif'><p>Acme</p>",
    "a canvas": """<canvas id=c width=640 height=360></canvas><script>const g = c.getContext('2d');
        for (let i = 0; i < 40; i++) {
          g.fillStyle = `hsl(${i * 9} 80% 50%)`; g.fillRect(i * 16, i * 7, 14, 80) }</script>""",
    "an article about captchas": f"<title>Verify you are human</title><h1>CAPTCHAs</h1>{STORY * 3}{WIDGET}",
    "a contact form": f"<title>Contact</title>Are you human?<form><input><textarea></textarea>{WIDGET}",
    "a login in the corner": f"<header style='float:right'>{LOGIN}</form></header><h1>Acme</h1>{STORY}",
    "a page about error pages": f"<title>404 page design</title><h1>404 page design</h1>{STORY}",
    "text on a picture": f"<body style='background:linear-gradient(#234,#89a);color:#fff'><h1>Hi</h1>{STORY}",
    "a gradient in its letters": (
        "<h1 style='font-size:60px;background:linear-gradient(90deg,#06c,#c06);-webkit-background-clip:text;"
        "color:transparent'>Heavy things, lightly made</h1>"
    ),
    "words for readers of screens": (
        f"<h1>Acme</h1><span style='position:absolute;width:1px;height:1px;overflow:hidden'>{STORY}</span>"
    ),
}


async def test_pages_that_are_fine(site: Site) -> None:
    found = await qualities(site, [*FINE.values()])
    assert {
        what: quality.findings for what, quality in zip(FINE, found, strict=True) if quality.findings
    } == {}


async def test_a_bot_wall_is_named_whatever_its_status(site: Site, tmp_path: Path) -> None:
    job = PageJob(url=site.serve(CHALLENGE, status=403), viewport=SMALL)
    report = await check_page(job, tmp_path, allow_hosts=(site.pair,))
    assert (report.verdict, report.http_status) == ("fail", 403)
    assert "bot check (Cloudflare)" in report.reasons[0]


async def test_a_redirect_to_a_login(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>Sign in</h1><form><input type=email><button>Next</button></form>", "/users/sign_in")
    site.serve("", "/app", status=302, headers={"Location": "/users/sign_in"})
    report = await check_page(
        PageJob(url=site.url("/app"), viewport=SMALL), tmp_path, allow_hosts=(site.pair,)
    )
    assert report.verdict == "fail"
    assert "leads to a login" in report.reasons[0]


def filmed(site: Site, seconds: float, *steps: Goto | Hold, first: float = 0.0) -> SceneJob:
    fps = SMALL.fps
    return SceneJob(
        source=Tour(url=site.url(), steps=steps),
        viewport=SMALL,
        first_frame=round(first * fps),
        frame_count=round(seconds * fps),
    )


async def film(job: SceneJob, folder: Path, site: Site) -> SceneResult:
    return await film_scene(job, folder, allow_hosts=(site.pair,))


async def test_a_good_film_is_ok(site: Site, tmp_path: Path) -> None:
    site.serve(f"<h1>Acme</h1>{STORY}<div style='height:900px'>")
    quality = (await film(filmed(site, 2.0), tmp_path, site)).quality
    assert (quality.verdict, quality.http_status) == ("ok", 200)
    assert quality.load_seconds > 0


async def test_a_wall_that_comes_when_it_is_filmed(site: Site, tmp_path: Path) -> None:
    site.serve(CHALLENGE)
    told = []
    with pytest.raises(PageFault, match=r"bot check \(Cloudflare\)"):
        await film_scene(
            filmed(site, 9.0), tmp_path, allow_hosts=(site.pair,), on_progress=lambda done: told.append(done)
        )
    assert told == []


async def test_a_film_that_shows_nothing(site: Site, tmp_path: Path) -> None:
    site.serve("<title>x</title><div style='height:2000px'>")
    with pytest.raises(PageFault, match="blank"):
        await film(filmed(site, 2.0), tmp_path, site)


async def test_a_stretch_of_nothing_has_its_second(site: Site, tmp_path: Path) -> None:
    blank = "document.body.style.visibility = 'hidden'"
    site.serve(
        f"<body>{STORY}<script>setTimeout(() => {{ {blank} }}, 2600);"
        "setTimeout(() => { document.body.style.visibility = '' }, 5400)</script>"
    )
    quality = (await film(filmed(site, 6.0), tmp_path, site)).quality
    [finding] = quality.findings
    assert (finding.severity, "is blank for" in finding.reason) == ("warn", True)
    assert finding.second == pytest.approx(2.1, abs=1.0)  # of the film: the page has stood for half a second


async def test_a_tour_that_leads_to_an_error_is_warned_of(site: Site, tmp_path: Path) -> None:
    site.serve(f"<h1>Acme</h1>{STORY}")
    gone = site.serve("<title>Page not found</title><h1>Page not found</h1>", "/gone")
    job = filmed(site, 3.0, Hold(seconds=1.0), Goto(url=gone), Hold(seconds=2.0))
    [finding] = (await film(job, tmp_path, site)).quality.findings
    assert finding == Finding(severity="warn", reason=finding.reason, second=2.9)
    assert '"Page not found"' in finding.reason


async def test_a_banner_that_comes_late_leaves_two_films_equal(site: Site, tmp_path: Path) -> None:
    late = next(banner for banner in PLAIN if banner.name == "one that comes late")
    site.serve(late.page)
    films = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        result = await film(filmed(site, 2.5), tmp_path / name, site)
        assert result.quality.verdict == "ok"
        films.append(every_packet(tmp_path / name, result))
    assert films[0] == films[1]


async def test_a_recording_carries_its_report(site: Site, tmp_path: Path) -> None:
    site.serve(f"<body style='color:#fefefe'>{STORY}")
    config = RecordingConfig(resolution="640x360", frame_rate=30, quality="preview")
    recorder = ScreenRecorder(config, Settings(leadreel_home=tmp_path, recording_allow_hosts=(site.pair,)))
    result = await recorder.start_recording(url=site.url(), duration_seconds=1.0)
    assert result.quality.verdict == "warn"
    site.serve(CHALLENGE)
    with pytest.raises(PageFault, match="bot check"):
        await recorder.start_recording(url=site.url(), duration_seconds=1.0)
