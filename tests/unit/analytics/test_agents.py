"""Whom a User-Agent belongs to."""

from __future__ import annotations

import pytest

from shared.analytics.agents import read_agent

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1"
IPAD = "Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 Version/12.1 Mobile Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36"
SLATE = "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 Chrome/128.0 Safari/537.36"
WEBOS = "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/94.0 Safari/537.36 WebAppManager"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.mark.parametrize(
    ("text", "device"),
    [
        (CHROME, "desktop"),
        (MAC, "desktop"),
        (FIREFOX, "desktop"),
        (IPHONE, "mobile"),
        (PIXEL, "mobile"),
        (IPAD, "tablet"),
        (SLATE, "tablet"),
        (WEBOS, "television"),
    ],
)
def test_browsers_are_viewers(text: str, device: str) -> None:
    agent = read_agent(text)
    assert (agent.classification, agent.reason, agent.device) == ("viewer", None, device)


@pytest.mark.parametrize(
    ("text", "classification"),
    [
        ("", "bot"),
        ("-", "bot"),
        ("curl/8.5.0", "bot"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        (CHROME.replace("Chrome", "HeadlessChrome"), "bot"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview"),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", "preview"),
        (f"{CHROME} Mimecast/1.0", "scanner"),
    ],
)
def test_programs_are_not_and_it_is_said_why(text: str, classification: str) -> None:
    agent = read_agent(text)
    assert agent.classification == classification
    assert agent.reason


def test_a_browser_that_is_driven_says_so() -> None:
    assert read_agent(CHROME, automated=True).classification == "bot"
