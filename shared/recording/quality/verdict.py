"""The verdict on a page or a film, from what was seen of it. Pure: the same sight gives the same verdict.

`fail` is for what is of no use to anybody: a bot check, a login, an error page, nothing at all. Everything
else that a person should know is `warn`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import urlsplit

from shared.recording.faults import shown, status_reason
from shared.recording.job import Finding, QualityReport
from shared.recording.quality.seen import Observation, Sample, Seen
from shared.recording.quality.signs import Kind, Sign, read_signs

BLANK_EDGES = 5e-5  # a single short word in a picture has more
BLANK_SECONDS = 1.5
FEW_CHARACTERS = 30
LITTLE_TEXT = 600
SOME_PICTURES = 0.05  # of the view
PLACEHOLDERS = 0.4  # of the view
BANNER = 0.15
ILLEGIBLE = 0.6  # of the characters in view
OPEN = "film a page that is open to everybody"
SIGN_IN = f"give the demo site the headers or cookies of somebody who is logged in, or {OPEN}"


def judge(seen: Seen) -> QualityReport:
    """What is to be said about it. Beside what makes it useless, nothing else matters."""
    findings = [*_pages(seen), *_status(seen), *_pictures(seen), *_network(seen)]
    fatal = [finding for finding in findings if finding.severity == "fail"]
    return QualityReport(
        load_seconds=round(seen.load_seconds, 3),
        http_status=seen.http_status,
        findings=tuple(fatal[:1] or _once(findings)),
    )


def wall(url: str, page: Observation, *kinds: Kind) -> str | None:
    """A clause that names what stands there in place of the page, or None. kinds: all, if none is given."""
    signs = [sign for sign in read_signs().signs if sign.kind in kinds or not kinds]
    sign = next((sign for sign in signs if sign.fits(page)), None)
    return None if sign is None else _sign_reason(url, page, sign)


def _sign_reason(url: str, page: Observation, sign: Sign) -> str:
    if sign.kind == "bot":
        check = f"{shown(url)} shows a bot check ({sign.who}) in place of the page"
        return f"{check}: let the recorder in there, or {OPEN}"
    if sign.kind == "parked":
        return f"{shown(url)} shows the placeholder of {sign.who}, not a site: check the address"
    says = " ".join((*page.headings, page.title, page.text)[0].split())[:80] or page.title
    return f'{shown(url)} shows an error page ("{says}"): check the address, or try again once the site works'


def _pages(seen: Seen) -> Iterator[Finding]:
    for index, (second, page) in enumerate(seen.observations):
        # Where clicks have led is the tour's own doing: worth a word, and no reason to throw the film away.
        led = seen.steered and page.url != seen.reached
        reason = wall(page.url, page)
        if page.status >= 400:
            reason = reason or status_reason(page.url, page.status)
        if reason:
            yield Finding(severity="warn" if led else "fail", reason=reason, second=second)
        elif not led:
            yield from _login(seen, page, second, first=index == 0)
        yield from _state(page, second)


def _login(seen: Seen, page: Observation, second: float, first: bool) -> Iterator[Finding]:
    if seen.types and first:
        return  # the tour is going to log in
    asked, url = shown(seen.asked), shown(page.url)
    moved = _place(seen.asked) != _place(page.url)
    consent = read_signs().consent_hosts
    if moved and consent.match(page.url) and not consent.match(seen.asked):
        reason = f"{asked} leads to a page that asks for consent to cookies ({url}): {OPEN}"
        yield Finding(severity="fail", reason=reason, second=second)
    elif moved and not _is_login(seen.asked) and _is_login(page.url) and _asks(page):
        yield Finding(severity="fail", reason=f"{asked} leads to a login ({url}): {SIGN_IN}", second=second)
    elif _is_all_password(page):
        wanted = _is_login(seen.asked) or seen.types
        reason = f"{url} shows a login form and little else: {SIGN_IN}"
        yield Finding(severity="warn" if wanted else "fail", reason=reason, second=second)


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc.removeprefix("www."), parts.path.rstrip("/")


def _is_login(url: str) -> bool:
    signs = read_signs()
    return bool(signs.login_hosts.match(url) or signs.login_paths.search(urlsplit(url).path))


def _asks(page: Observation) -> bool:
    """A login that asks for the name first shows no password, but little else either."""
    return page.password is not None or len(page.text) < LITTLE_TEXT


def _is_all_password(page: Observation) -> bool:
    field = page.password
    if field is None or field.outside > LITTLE_TEXT or page.screens > 1.8:
        return False
    in_corner = (field.x < 0.3 or field.x > 0.7) and not 0.25 < field.y < 0.8
    return not in_corner and 0.15 < field.y < 0.95


def _state(page: Observation, second: float) -> Iterator[Finding]:
    """What is not as it should be in this view."""
    url = shown(page.url)
    reasons = []
    bare = page.readable < 20 and page.media < SOME_PICTURES
    if page.loading >= PLACEHOLDERS or (page.spinner and bare):
        reasons.append(
            f"{url} still shows that it is loading: let the tour start with a wait for what is missing"
        )
    if page.consent >= BANNER:
        reasons.append(
            f"a cookie banner covers {page.consent:.0%} of {url}: name it in a `hide` step, or click it away"
        )
    characters = sum(box.characters for box in page.boxes)
    if characters >= FEW_CHARACTERS and page.illegible >= ILLEGIBLE:
        cause = (
            "its fonts have not arrived"
            if page.fonts_pending
            else "it has the colour of what is behind it, or is not drawn yet"
        )
        reasons.append(f"{page.illegible:.0%} of the text in view of {url} can't be read: {cause}")
    for reason in reasons:
        yield Finding(severity="warn", reason=reason, second=second)


def _status(seen: Seen) -> Iterator[Finding]:
    if seen.http_status >= 400:
        yield Finding(severity="fail", reason=status_reason(seen.reached, seen.http_status))


def _network(seen: Seen) -> Iterator[Finding]:
    if not seen.network_held:
        reason = (
            f"{shown(seen.reached)} keeps waiting for something that never arrives: "
            "two recordings of it may differ"
        )
        yield Finding(severity="warn", reason=reason)


def _pictures(seen: Seen) -> Iterator[Finding]:
    stretches = [s for s in _blank_stretches(seen.samples) if not _readable_within(seen, s)]
    pages = [page for _, page in seen.observations]
    throughout = len(stretches) == 1 and all(_is_blank(sample) for sample in seen.samples)
    if throughout:
        empty = all(len(page.text) < FEW_CHARACTERS and page.media < SOME_PICTURES for page in pages)
        yield Finding(severity="fail" if empty else "warn", reason=_blank_reason(seen, pages, empty))
        return
    for start, seconds in stretches:
        if seconds >= BLANK_SECONDS:
            reason = (
                f"the view of {shown(seen.reached)} is blank for {seconds:.0f} s: "
                "let the tour scroll past what is empty, or wait for what is missing"
            )
            yield Finding(severity="warn", reason=reason, second=start)


def _blank_reason(seen: Seen, pages: list[Observation], empty: bool) -> str:
    root = next((page.empty_root for page in pages if page.empty_root), "")
    failed = next((page.failed_scripts for page in pages if page.failed_scripts), ())
    where = f"the view of {shown(seen.reached)} is blank"
    if empty and (root or failed):
        what = f"its scripts put nothing into {root}" if root else "its scripts put nothing there"
        which = f" ({shown(failed[0])} can't be loaded)" if failed else ""
        return f"{where}: {what}{which}; see whether the page works in a browser without any extension"
    if empty:
        return f"{where}: there is nothing on the page; check the address"
    return f"{where}, though there is something on the page: scroll to it, or wait for it to appear"


def _blank_stretches(samples: Iterable[Sample]) -> Iterator[tuple[float, float]]:
    """(start, length) in seconds."""
    for blank, group in groupby(samples, _is_blank):
        run = list(group)
        if blank:
            yield run[0].second, sum(sample.seconds for sample in run)


def _is_blank(sample: Sample) -> bool:
    return sample.edges < BLANK_EDGES


def _readable_within(seen: Seen, stretch: tuple[float, float]) -> bool:
    start, seconds = stretch
    return any(page.readable and start <= at <= start + seconds for at, page in seen.observations)


def _once(findings: list[Finding]) -> list[Finding]:
    """Each reason once, at its first second."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.reason, finding)
    return list(first.values())
