"""What a visitor says of themselves, before any browser is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.recording import UnknownTimezone, Viewport, check_timezone
from shared.recording.browser.chromium import browser_environment, browser_flags
from shared.recording.browser.visitor import languages_of, user_agent_override

SHELL = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/156.0.8078.79 Safari/537.36"
)


def test_the_user_agent_and_its_hints_are_those_of_a_desktop_chromium() -> None:
    override = user_agent_override(SHELL)
    assert override["userAgent"] == SHELL.replace("HeadlessChrome/156.0.8078.79", "Chrome/156.0.0.0")
    hints = override["userAgentMetadata"]
    assert {"brand": "Chromium", "version": "156"} in hints["brands"]
    assert {"brand": "Chromium", "version": "156.0.8078.79"} in hints["fullVersionList"]
    assert (hints["platform"], hints["mobile"]) == ("Linux", False)
    assert "Headless" not in repr(override)


def test_a_mac_says_that_it_is_one() -> None:
    shell = SHELL.replace("X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7")
    assert user_agent_override(shell)["userAgentMetadata"]["platform"] == "macOS"


def test_another_browser_keeps_its_words() -> None:
    assert user_agent_override("Something/1.0") == {"userAgent": "Something/1.0"}


@pytest.mark.parametrize(
    ("locale", "languages"),
    [("en-US", "en-US,en"), ("de_CH", "de-CH,de"), ("fr", "fr"), ("zh-Hant-TW", "zh-Hant-TW,zh")],
)
def test_a_locale_reads_its_language_too(locale: str, languages: str) -> None:
    assert languages_of(locale) == languages
    flags = browser_flags(Path("/profile"), 1, Viewport(), sandbox=True, locale=locale)
    assert f"--accept-lang={languages}" in flags


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_timezone_is_given_to_the_browser(name: str) -> None:
    check_timezone(name)
    assert browser_environment(Path("/profile"), {}, name)["TZ"] == name


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "CEST2", "../../etc/passwd", "/etc/localtime", "", "a\x00b"]
)
def test_a_timezone_that_is_none_is_named(name: str) -> None:
    with pytest.raises(UnknownTimezone, match="there is no timezone"):
        check_timezone(name)
