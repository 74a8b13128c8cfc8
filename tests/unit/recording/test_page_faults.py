"""Chromium's codes as sentences."""

from __future__ import annotations

import pytest

from shared.recording import PageFault
from shared.recording.faults import network_reason, never_loads, status_reason

URL = "https://example.com/"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Page.goto: net::ERR_CERT_DATE_INVALID at https://example.com/", "certificate"),
        ("net::ERR_SSL_PROTOCOL_ERROR", "secure connection"),
        ("net::ERR_TOO_MANY_REDIRECTS", "circle"),
        ("net::ERR_ABORTED", "download"),
        ("Page.goto: Download is starting", "download"),
        ("net::ERR_EMPTY_RESPONSE", "(EMPTY_RESPONSE)"),
        ("something else", "can't be opened"),
    ],
)
def test_network_errors(message: str, words: str) -> None:
    reason = network_reason(URL, message)
    assert words in reason
    assert URL in reason


def test_statuses() -> None:
    assert status_reason(URL, 404) == "https://example.com/ answers 404 Not Found"
    assert status_reason(URL, 418) == "https://example.com/ answers with HTTP status 418"


def test_long_urls_are_cut() -> None:
    assert len(never_loads("https://example.com/" + "x" * 3000, 45)) < 300


def test_a_fault_says_that_the_page_is_at_fault() -> None:
    fault = PageFault("it is blank", url=URL, status=200)
    assert str(fault) == "the page can't be recorded: it is blank"
    assert (fault.url, fault.status) == (URL, 200)
