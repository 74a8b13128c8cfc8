"""What a User-Agent says of a viewer: a person's browser or a program, and on what device."""

from __future__ import annotations

import re
from functools import lru_cache

from shared.values import Value

_PREVIEWS = re.compile(
    r"bingpreview|discordbot|facebookexternalhit|googleimageproxy|linkedinbot|skypeuripreview"
    r"|slackbot|slack-imgproxy|telegrambot|twitterbot|whatsapp",
    re.IGNORECASE,
)
_SCANNERS = re.compile(
    r"barracuda|checkpoint|cisco|cloudmark|forcepoint|fortinet|ironport|mailscanner|mimecast|proofpoint"
    r"|safelinks|sophos|symantec|trendmicro|zscaler",
    re.IGNORECASE,
)
_TELEVISION = re.compile(r"smart-?tv|\btv\b|appletv|googletv|web0s|\bbravia|\baft[a-z]+ build", re.IGNORECASE)
_TABLET = re.compile(r"ipad|tablet|kindle|silk/|playbook|android(?!.*mobile)", re.IGNORECASE)
_MOBILE = re.compile(r"mobi|iphone|ipod|android|windows phone|opera mini", re.IGNORECASE)
_DESKTOP = re.compile(r"windows nt|macintosh|x11|linux|cros", re.IGNORECASE)


class Agent(Value):
    """classification: viewer, scanner (of mail), preview (of links) or bot; and why, unless it is viewer.

    device: desktop, mobile, tablet or television, or None.
    """

    classification: str
    reason: str | None
    device: str | None


@lru_cache(maxsize=20_000)
def read_agent(text: str, automated: bool = False) -> Agent:
    """automated: the browser said itself that a program drives it."""
    classification, reason = _classify(text, automated)
    return Agent(classification=classification, reason=reason, device=_device(text))


def _classify(text: str, automated: bool) -> tuple[str, str | None]:
    from crawleruseragents import is_crawler  # reads its list, which takes 70 ms

    if not text or text == "-":
        return "bot", "it does not say what it is"
    if found := _SCANNERS.search(text):
        return "scanner", f"its User-Agent names {found[0][:40]}"
    if found := _PREVIEWS.search(text):
        return "preview", f"its User-Agent names {found[0][:40]}"
    if is_crawler(text):
        return "bot", "its User-Agent is a known robot's"
    if automated:
        return "bot", "a program drives the browser"
    return "viewer", None


def _device(text: str) -> str | None:
    kinds = {"television": _TELEVISION, "tablet": _TABLET, "mobile": _MOBILE, "desktop": _DESKTOP}
    return next((name for name, pattern in kinds.items() if pattern.search(text)), None)
