"""Verdicts on what was seen, as data: what stands in a page's way, and what only looks like it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.recording.quality.seen import Observation, PasswordField, Sample, Seen, TextBox, joined
from shared.recording.quality.verdict import judge

URL = "https://acme.example/"
WORDS = "Anvils of every size, forged since 1949 by people who care about weight. " * 40
READABLE = (TextBox(0, 0, 300, 20, 60),)
FULL = (Sample(0.0, 10.0, 0.05),)
BLANK = (Sample(0.0, 10.0, 0.0),)


def page(**fields: Any) -> Observation:
    return Observation(**{"url": URL, "title": "Acme", "text": WORDS, "boxes": READABLE} | fields)


def seen(*pages: Observation, **fields: Any) -> Seen:
    observations = tuple((float(index), one) for index, one in enumerate(pages))
    given = {"asked": URL, "reached": pages[-1].url if pages else URL, "samples": FULL}
    return Seen(**given | {"observations": observations} | fields)


CHALLENGES = "https://challenges.cloudflare.com/turnstile/v0/api.js"
BOTS: dict[str, Observation] = {
    "Cloudflare": page(
        title="Just a moment...",
        text="acme.example\nVerify you are human by completing the action below.\n"
        "acme.example needs to review the security of your connection before proceeding.",
        addresses=("https://acme.example/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8c",),
    ),
    "Cloudflare, blocked": page(
        title="Attention Required! | Cloudflare",
        text="Sorry, you have been blocked",
        marks={"bot Cloudflare"},
    ),
    "Turnstile": page(text="Please verify you are human to go on", addresses=(CHALLENGES,)),
    "hCaptcha": page(title="Security check", text="One more step", marks={"bot hCaptcha"}),
    "reCAPTCHA": page(text="Are you a robot? Tick the box.", marks={"bot reCAPTCHA"}),
    "Google": page(
        title="https://www.google.com/search?q=anvil",
        text="Our systems have detected unusual traffic from your computer network. " * 5,
    ),
    "DataDome": page(
        title="acme.example", text="", addresses=("https://geo.captcha-delivery.com/captcha/?initialCid=A",)
    ),
    "PerimeterX": page(
        title="Access to this page has been denied",
        text="Press & Hold to confirm you are a human (and not a bot).",
    ),
    "Akamai": page(
        title="Access Denied",
        headings=("Access Denied",),
        text='Access Denied\nYou don\'t have permission to access "http://acme.example/" on this server.\n'
        "Reference #18.5d1b2f17.1700000000.1a2b3c",
    ),
    "Incapsula": page(title="", text="Request unsuccessful. Incapsula incident ID: 1025000810146-27"),
    "AWS WAF": page(
        title="Human Verification", text="Let's confirm you are human\nComplete the security check"
    ),
    "Vercel": page(title="Vercel Security Checkpoint", text="We're verifying your browser"),
    "Anubis": page(
        title="Making sure you're not a bot!",
        text="Loading...",
        addresses=("https://acme.example/.within.website/x/cmd/anubis/static/js/main.mjs",),
    ),
    "F5": page(
        title="Request Rejected",
        text="The requested URL was rejected. Please consult with your administrator.\nYour support ID: 7",
    ),
    "Sucuri": page(
        title="Sucuri WebSite Firewall - Access Denied", text="Access Denied - Sucuri Website Firewall"
    ),
}
ERRORS: dict[str, Observation] = {
    "404": page(title="404 Not Found", headings=("404 Not Found",), text="404 Not Found\nnginx/1.24.0"),
    "502": page(title="502 Bad Gateway", headings=("502 Bad Gateway",), text="502 Bad Gateway\nnginx"),
    "503": page(title="Acme", headings=("Service Unavailable",), text="Service Unavailable"),
    "a site's own": page(
        title="Page not found | Acme",
        headings=("Page not found",),
        text="Page not found " + "Products Prices " * 60,
    ),
    "one in German": page(
        title="Seite nicht gefunden – Acme", headings=("404",), text="404 Ups! Zur Startseite"
    ),
    "one in Japanese": page(
        title="ページが見つかりません", headings=("ページが見つかりません",), text="ホームへ戻る"
    ),
    "a number": page(headings=("404",), text="404\nThe page you want could not be found. Home"),
    "Next.js": page(
        title="",
        text="Application error: a client-side exception has occurred (see the browser console for more).",
    ),
    "Heroku": page(title="Application Error", text="An error occurred in the application"),
    "Vercel": page(title="404: NOT_FOUND", text="404: NOT_FOUND\nCode: DEPLOYMENT_NOT_FOUND\nID: fra1::x"),
    "Netlify": page(
        headings=("Page not found",),
        text="Page not found\nLooks like you've followed a broken link or entered a URL that doesn't exist "
        "on this site.",
    ),
    "Cloudflare": page(
        title="acme.example | 521: Web server is down", text="Cloudflare Ray ID: 8c1", headings=()
    ),
    "WordPress": page(title="Database Error", text="Error establishing a database connection"),
    "Django": page(
        title="OperationalError at /",
        text=WORDS + "You're seeing this error because you have DEBUG = True in your file.",
    ),
    "PHP": page(
        title="", text="Fatal error: Uncaught Error: Class not found in /var/www/index.php on line 3"
    ),
    "plain text": page(title="", text="Internal Server Error"),
}
PLACEHOLDERS: dict[str, Observation] = {
    "nginx": page(
        title="Welcome to nginx!", headings=("Welcome to nginx!",), text="Welcome to nginx! If you see this"
    ),
    "Apache": page(title="", headings=("It works!",), text="It works!"),
    "Debian's Apache": page(
        title="Apache2 Debian Default Page: It works",
        text="This is the default welcome page used to test the correct",
    ),
    "for sale": page(
        title="acme.example is for sale",
        headings=("The domain acme.example is for sale",),
        text="Buy this domain. The domain acme.example may be for sale by its owner!",
    ),
    "parked": page(
        title="acme.example",
        text="This domain is parked free, courtesy of GoDaddy.com.",
        addresses=("https://www.sedoparking.com/frmpark/acme",),
    ),
}


@pytest.mark.parametrize("what", BOTS)
def test_bot_walls_fail(what: str) -> None:
    [finding] = judge(seen(BOTS[what])).findings
    assert (finding.severity, finding.second) == ("fail", 0.0)
    assert "bot check" in finding.reason
    assert URL in finding.reason


@pytest.mark.parametrize("what", ERRORS)
def test_error_pages_fail_whatever_their_status(what: str) -> None:
    [finding] = judge(seen(ERRORS[what])).findings
    assert (finding.severity, "error page" in finding.reason) == ("fail", True)


@pytest.mark.parametrize("what", PLACEHOLDERS)
def test_placeholders_fail(what: str) -> None:
    [finding] = judge(seen(PLACEHOLDERS[what])).findings
    assert (finding.severity, "placeholder" in finding.reason) == ("fail", True)


LOGIN = PasswordField(x=0.5, y=0.5, outside=120)
INNOCENT: dict[str, Observation] = {
    "an ordinary page": page(),
    "an article about captchas": page(
        title="How CAPTCHAs work",
        text="Verify you are human. reCAPTCHA, hCaptcha and Turnstile compared. " * 50,
        marks={"bot hCaptcha", "bot reCAPTCHA"},
        addresses=(CHALLENGES,),
    ),
    "a page behind Cloudflare": page(
        addresses=("https://acme.example/cdn-cgi/challenge-platform/scripts/jsd/main.js", CHALLENGES)
    ),
    "a page behind DataDome": page(addresses=("https://js.datadome.co/tags.js",), text="Anvils"),
    "a short page behind Incapsula": page(
        addresses=("https://acme.example/_Incapsula_Resource?SWJIYLWA=7",), text="Hi"
    ),
    "a contact form with a captcha": page(
        title="Contact us",
        text="Contact us. Name, email, message. Are you human?",
        marks={"bot reCAPTCHA"},
        fields=3,
    ),
    "a newsletter form with Turnstile": page(text="Join our list", addresses=(CHALLENGES,), fields=1),
    "a page about designing 404 pages": page(
        title="404 page design – Acme Docs",
        headings=("404 page design",),
        text="404 page design\nMake it helpful.",
    ),
    "a reference of status codes": page(
        title="404 Not Found - HTTP | Docs",
        headings=("404 Not Found",),
        text="The status 404 Not Found " * 90,
    ),
    "a post on a gateway": page(
        title="Fixing 502 Bad Gateway errors", headings=("Fixing 502 errors",), text="x" * 900
    ),
    "a number that counts": page(
        title="Acme in numbers", headings=("500", "3"), text="500 customers, 3 offices"
    ),
    "a realtor": page(title="Homes for sale in Ohio", headings=("Homes for sale",), text="A house. A barn."),
    "a dark minimal page": page(text="Acme", title="Acme", boxes=(TextBox(0, 0, 80, 30, 4),)),
    "a canvas": page(text="", title="Globe", boxes=(), media=1.0),
    "a page with a login in its corner": page(text="x" * 300, password=PasswordField(0.88, 0.05, 200)),
    "a bar with a login on top": page(text="x" * 300, password=PasswordField(0.5, 0.06, 200)),
    "a landing page with a login beside": page(password=PasswordField(0.75, 0.5, 2400), screens=4.0),
    "a long page that begins with a sign-in": page(password=PasswordField(0.5, 0.5, 300), screens=5.0),
    "a spinner in a corner of a page": page(spinner=True),
    "placeholders for a few pictures": page(loading=0.2),
    "a small bar about cookies": page(consent=0.08),
    "one faint line": page(boxes=(TextBox(0, 0, 90, 12, 12),), illegible=1.0),
    "an empty root beside the real one": page(empty_root="#root"),
}


@pytest.mark.parametrize("what", INNOCENT)
def test_what_only_looks_like_it_is_ok(what: str) -> None:
    quality = judge(seen(INNOCENT[what]))
    assert (quality.verdict, quality.findings) == ("ok", ())


AT_LOGIN = page(url="https://acme.example/login?next=%2F", text="Sign in to Acme", password=LOGIN)
SSO = page(
    url="https://login.microsoftonline.com/common/oauth2/authorize?x=1", text="Sign in\nNo account?", fields=1
)


@pytest.mark.parametrize(
    ("sight", "severity", "words"),
    [
        (seen(AT_LOGIN), "fail", "leads to a login"),
        (seen(SSO), "fail", "leads to a login"),
        (seen(page(text="Email Password", password=LOGIN)), "fail", "login form and little else"),
        (seen(AT_LOGIN, asked=AT_LOGIN.url), "warn", "login form"),
        (
            seen(page(url="https://consent.google.com/m?continue=x"), asked="https://google.com/"),
            "fail",
            "asks for consent",
        ),
    ],
)
def test_login_walls(sight: Seen, severity: str, words: str) -> None:
    [finding] = judge(sight).findings
    assert finding.severity == severity
    assert words in finding.reason


@pytest.mark.parametrize(
    "sight",
    [
        seen(page(url="https://acme.example/blog/sign-in-with-acme")),
        seen(page(url="https://www.acme.example/")),
        seen(page(url="https://acme.example/authors")),
        seen(AT_LOGIN, page(), types=True, steered=True, reached=AT_LOGIN.url),
        seen(page(), AT_LOGIN, steered=True, reached=URL),
    ],
)
def test_what_leads_somewhere_else_and_is_no_wall(sight: Seen) -> None:
    assert judge(sight).verdict == "ok"


def test_where_a_click_leads_is_a_warning_at_its_second() -> None:
    lost = page(url=URL + "pricing", title="404 Not Found", headings=("404 Not Found",), text="404 Not Found")
    clicked = judge(seen(page(), lost, steered=True, reached=URL))
    assert [(finding.severity, finding.second) for finding in clicked.findings] == [("warn", 1.0)]
    assert judge(seen(page(), lost, reached=URL)).verdict == "fail"
    gone = judge(seen(page(), page(url=URL + "pricing", status=410), steered=True, reached=URL))
    assert [(finding.severity, "410 Gone" in finding.reason) for finding in gone.findings] == [("warn", True)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"loading": 0.6}, "still shows that it is loading"),
        ({"spinner": True, "boxes": (), "text": "x" * 40}, "still shows that it is loading"),
        ({"consent": 0.4}, "cookie banner covers 40%"),
        ({"illegible": 0.9}, "90% of the text in view"),
        ({"illegible": 0.9, "fonts_pending": True}, "fonts have not arrived"),
    ],
)
def test_what_is_worth_a_word(fields: dict[str, Any], words: str) -> None:
    [finding] = judge(seen(page(), page(**fields))).findings
    assert (finding.severity, finding.second) == ("warn", 1.0)
    assert words in finding.reason
    [twice] = judge(seen(page(**fields), page(**fields))).findings
    assert twice.second == 0.0


def test_a_network_that_is_never_quiet() -> None:
    [finding] = judge(seen(page(), network_held=False)).findings
    assert (finding.severity, finding.second) == ("warn", None)
    assert "keeps waiting" in finding.reason


def test_a_status_is_an_error_page() -> None:
    quality = judge(seen(page(), http_status=503, load_seconds=1.25))
    assert (quality.verdict, quality.http_status, quality.load_seconds) == ("fail", 503, 1.25)
    assert "503 Service Unavailable" in quality.faults[0]


EMPTY = page(text="", boxes=())


@pytest.mark.parametrize(
    ("observed", "severity", "words"),
    [
        (EMPTY, "fail", "there is nothing on the page"),
        (page(text="", boxes=(), empty_root="#root"), "fail", "put nothing into #root"),
        (
            page(text="", boxes=(), empty_root="#app", failed_scripts=(URL + "a.js",)),
            "fail",
            "a.js can't be loaded",
        ),
        (page(boxes=()), "warn", "though there is something"),
        (page(text="", boxes=(), media=1.0), "warn", "wait for it to appear"),
    ],
)
def test_blank_throughout(observed: Observation, severity: str, words: str) -> None:
    [finding] = judge(seen(observed, samples=BLANK)).findings
    assert (finding.severity, finding.second) == (severity, None)
    assert words in finding.reason


def samples(*shares: float) -> tuple[Sample, ...]:
    return tuple(Sample(float(second), 1.0, share) for second, share in enumerate(shares))


@pytest.mark.parametrize(
    ("shares", "seconds"),
    [
        ((0.1, 0.1, 0.1), []),
        ((0.0, 0.1, 0.1), []),  # it comes up within a second
        ((0.1, 0.0, 0.0, 0.1), [1.0]),
        ((0.0, 0.0, 0.1, 0.1, 0.0, 0.0, 0.0), [0.0, 4.0]),
    ],
)
def test_blank_stretches_are_named_by_their_second(shares: tuple[float, ...], seconds: list[float]) -> None:
    sight = seen(samples=samples(*shares), observations=((9.0, page()),))
    findings = judge(sight).findings
    assert [finding.second for finding in findings] == seconds
    assert {finding.severity for finding in findings} <= {"warn"}


def test_a_word_too_small_for_the_sample_is_still_a_word() -> None:
    assert judge(seen(page(text="Hi", boxes=(TextBox(0, 0, 9, 9, 2),)), samples=BLANK)).verdict == "ok"


def test_what_makes_it_useless_stands_alone() -> None:
    quality = judge(
        seen(page(**{"text": "", "boxes": (), "consent": 0.9}), samples=BLANK, network_held=False)
    )
    assert len(quality.findings) == 1
    assert quality.verdict == "fail"


def test_parts_of_a_film_are_judged_as_one() -> None:
    """Each browser films in turns, so that samples of one lie between those of the other."""
    shown = seen(page(consent=0.5), samples=(Sample(0, 4, 0.1), Sample(4, 1, 0.1)))
    blank = seen(page(), samples=(Sample(2, 1, 0.0), Sample(3, 2, 0.0)), observations=(), load_seconds=2.0)
    film = joined((blank, shown), 5.0)
    assert [(sample.second, sample.seconds) for sample in film.samples] == [(0, 2), (2, 1), (3, 1), (4, 1)]
    whole = judge(film)
    assert whole.load_seconds == 2.0
    assert [finding.second for finding in whole.findings] == [0.0, 2.0]
    assert whole.verdict == "warn"
