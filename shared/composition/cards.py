"""The cards that open and close a video: HTML documents that the recorder films like any page.

A card is whole in itself (no network, images as data: URIs). Its motion is CSS animation with fixed
delays: the entrance ends 1.3 s after load and the card then stands still, so that its frames cost nothing.
"""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from shared.html import template_environment

Layout = Literal["wide", "square", "tall"]

LEAVE_SECONDS = 0.7
"""How long the page takes to grow out of its frame, at the end of an intro that knows its duration."""

_TEMPLATES = Path(__file__).parent / "templates"
_ENTRANCE_SECONDS = 1.3
_SHORTEST_STAND_SECONDS = 1.0
_ARRIVED_SECONDS = 0.1


def intro_card(
    name: str,
    company: str,
    *,
    title: str | None = None,
    page_title: str | None = None,
    page_image: bytes | None = None,
    page_host: str | None = None,
    duration_seconds: float | None = None,
    viewport_width: int = 1920,
    viewport_height: int = 1080,
    language: str = "en",
) -> str:
    """A greeting by name, beside the first view of the page that the video shows.

    Args:
        name, company: the lead's; shown whole, whatever the script. A blank company is left out.
        title: what the video is about, one line; left out if None.
        page_title, page_host: what the browser's tab and address show, such as `Acme` and `acme.com`.
        page_image: JPEG or PNG of the page at the viewport's size; the card takes its colours from it.
        duration_seconds: of the card. If known, and long enough, the page grows at the end, during
            LEAVE_SECONDS, until it fills the picture, and the cut to the tour is not seen.
        viewport_width, viewport_height: CSS pixels; they choose the layout.
        language: ISO 639-1; English where there are no words for it.

    Returns:
        An HTML document; `#lead-name` and `#lead-company` hold the lead's words.
    """
    return _render(
        "intro.html",
        language,
        name=name,
        company=company.strip() and company,
        title=title,
        page_title=page_title,
        page_image=_data_uri(page_image),
        page_host=page_host,
        leave_at=_leave_at(duration_seconds),
        layout=_layout(viewport_width, viewport_height),
    )


def outro_card(
    name: str,
    company: str,
    *,
    headline: str | None = None,
    next_step: str | None = None,
    page_title: str | None = None,
    page_image: bytes | None = None,
    page_host: str | None = None,
    viewport_width: int = 1920,
    viewport_height: int = 1080,
    language: str = "en",
) -> str:
    """Thanks, and the next step.

    Args:
        name, company: the lead's; shown whole, whatever the script. A blank company is left out.
        headline: the next step in a few words; if None, the question whether to talk.
        next_step: a sentence below it; if None, an offer that names the company.
        page_title, page_host, page_image: as for the intro; the host is also shown as where to go.
        viewport_width, viewport_height: CSS pixels; they choose the layout.
        language: ISO 639-1; English where there are no words for it.

    Returns:
        An HTML document; `#lead-name` and `#lead-company` hold the lead's words.
    """
    return _render(
        "outro.html",
        language,
        name=name,
        company=company.strip() and company,
        headline=headline,
        next_step=next_step,
        page_title=page_title,
        page_image=_data_uri(page_image),
        page_host=page_host,
        leave_at=None,
        layout=_layout(viewport_width, viewport_height),
    )


def _render(template: str, language: str, **values: str | float | None) -> str:
    known = language if language in card_words() else "en"
    words = card_words()[known]
    return (
        template_environment(_TEMPLATES).get_template(template).render(words=words, language=known, **values)
    )


@cache
def card_words() -> Mapping[str, Mapping[str, str]]:
    """What the cards say, by language."""
    return tomllib.loads((_TEMPLATES / "words.toml").read_text("utf-8"))


def _layout(width: int, height: int) -> Layout:
    if width > height * 1.2:
        return "wide"
    return "tall" if height > width * 1.2 else "square"


def _leave_at(duration_seconds: float | None) -> float | None:
    """When the page starts to grow, in seconds; None if the greeting could not be read before."""
    if duration_seconds is None:
        return None
    leave_at = round(duration_seconds - LEAVE_SECONDS - _ARRIVED_SECONDS, 3)
    return leave_at if leave_at >= _ENTRANCE_SECONDS + _SHORTEST_STAND_SECONDS else None


def _data_uri(image: bytes | None) -> str | None:
    if not image:
        return None
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
