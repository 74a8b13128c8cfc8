"""Who the page takes us for: a person at a desktop Chromium, with a language, a timezone and colours.

Language and timezone are the browser's own from its start on (`chromium.launched`), so that frames, workers
and HTTP headers say the same; what the command line can't say is said here, before the first navigation.

The headless shell calls itself HeadlessChrome, and many sites show such a browser a wall instead of the page
that people see. The film is to show what people see, so the user agent and its client hints are those of the
Chromium that it is, without that word. Nothing else is disguised: `navigator.webdriver` stays true.
"""

from __future__ import annotations

import json
import platform
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.errors import Permanent
from shared.recording.job import Visitor

if TYPE_CHECKING:  # read where nothing is filmed, and where Playwright is missing
    from playwright.async_api import Page

    from shared.recording.browser.cdp import Session

ANYBODY = Visitor()
_CHROME = re.compile(r"(?:Headless)?Chrome/((\d+)[\d.]*)")
_NO_BRAND = "Not:A-Brand"  # one that does not exist: https://wicg.github.io/ua-client-hints/#grease
_PLATFORMS = {"Macintosh": "macOS", "Windows": "Windows"}


class UnknownTimezone(Permanent):
    """There is no such timezone."""


class UnknownLocale(Permanent):
    """The browser knows no such locale."""


def check_timezone(name: str) -> None:
    """Raises UnknownTimezone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownTimezone(
            f"there is no timezone {name}: write it as the IANA does, such as Europe/Berlin"
        ) from error


def languages_of(locale: str) -> str:
    """What pages are told by `navigator.languages`: `de-DE` also reads `de`."""
    tag = locale.replace("_", "-")
    language = tag.partition("-")[0]
    return tag if tag == language else f"{tag},{language}"


def user_agent_override(reported: str) -> dict[str, Any]:
    """User agent and client hints of a desktop Chromium, from what the headless shell says of itself.

    Like every Chromium, it tells its full version only to who asks for it.
    https://www.chromium.org/updates/ua-reduction/
    """
    match = _CHROME.search(reported)
    if match is None:
        return {"userAgent": reported}
    full, major = match.groups()
    hints = {
        "brands": [_brand("Chromium", major), _brand(_NO_BRAND, "8")],
        "fullVersionList": [_brand("Chromium", full), _brand(_NO_BRAND, "8.0.0.0")],
        "platform": next((name for word, name in _PLATFORMS.items() if word in reported), "Linux"),
        "platformVersion": "",
        "architecture": "arm" if platform.machine().lower() in {"aarch64", "arm64"} else "x86",
        "bitness": "64",
        "model": "",
        "mobile": False,
    }
    text = reported.replace(match.group(), f"Chrome/{major}.0.0.0")
    return {"userAgent": text, "userAgentMetadata": hints}


def _brand(name: str, version: str) -> dict[str, str]:
    return {"brand": name, "version": version}


async def introduce(target: Session, visitor: Visitor, reported: str) -> None:
    """Tell an empty tab who visits. reported: the user agent that the browser has of itself.

    Raises:
        UnknownLocale.
    """
    tag = visitor.locale.replace("_", "-")
    known = f"Intl.DateTimeFormat.supportedLocalesOf({json.dumps(tag)}).length"
    answer = await target.call("Runtime.evaluate", {"expression": known, "returnByValue": True})
    if not answer["result"].get("value"):  # 0, or the error that it is no locale at all
        raise UnknownLocale(
            f"there is no locale {visitor.locale}: write a language and a country, such as de-DE"
        )
    override = user_agent_override(reported) | {"acceptLanguage": languages_of(tag)}
    await target.call("Emulation.setUserAgentOverride", override)
    await target.call("Emulation.setLocaleOverride", {"locale": tag})


async def choose_colors(page: Page, visitor: Visitor) -> None:
    """Ask for light or dark, through Playwright: it asks for light by itself, in each new document."""
    if visitor.color_scheme != "light":
        await page.emulate_media(color_scheme=visitor.color_scheme)
