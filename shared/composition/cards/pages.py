"""The cards that open and close a video, and a picture as a scene."""

from __future__ import annotations

from typing import Any

from shared.composition.cards.images import JPEG, PNG, data_uri
from shared.composition.cards.look import CardFields, Look, WrongCard
from shared.composition.cards.own import own_card
from shared.composition.cards.rendering import layout, render

LEAVE_SECONDS = 0.4
"""How long the page takes to grow until it fills the picture, at the end of an intro."""

_ENTRANCE_SECONDS = 0.5
_SHORTEST_STAND_SECONDS = 1.3
_ARRIVED_SECONDS = 0.1


def intro_card(
    fields: CardFields,
    look: Look | None = None,
    *,
    page_image: bytes | None = None,
    duration_seconds: float | None = None,
    viewport_width: int = 1920,
    viewport_height: int = 1080,
) -> str:
    """A greeting by name, beside the first view of the page that the video shows.

    Args:
        fields: `name` and `company` are shown whole, whatever the script; a blank company is left out.
        page_image: JPEG or PNG of the page at the viewport's size; without a brand's colour, the card
            takes the page's.
        duration_seconds: of the card. If known, and long enough, the page grows at the end, during
            LEAVE_SECONDS, until it fills the picture, and the cut to the tour is not seen.
        viewport_width, viewport_height: CSS pixels; they choose the layout.

    Returns:
        An HTML document; `#lead-name` and `#lead-company` hold the lead's words.
    """
    look = look or Look()
    if look.own_intro is not None:
        return own_card(
            look.own_intro, fields, look, page_image=page_image, duration_seconds=duration_seconds
        )
    return _card(
        "intro",
        fields,
        look,
        page_image,
        (viewport_width, viewport_height),
        name=fields.name,
        company=fields.of_lead["company"],
        text=fields.text,
        leave_at=_leave_at(duration_seconds),
    )


def outro_card(
    fields: CardFields,
    look: Look | None = None,
    *,
    page_image: bytes | None = None,
    duration_seconds: float | None = None,
    viewport_width: int = 1920,
    viewport_height: int = 1080,
) -> str:
    """Thanks, and the next step; the same document for all leads, unless what it shows differs.

    Args:
        fields: `headline` is the next step in a few words, and a question whether to talk if None;
            `next_step` a sentence below it, and an offer if None; `page_host` says where to go. The lead's
            name and company are not shown.
        page_image, viewport_width, viewport_height: as for the intro.
        duration_seconds: of the card; only a workspace's own template is told.

    Returns:
        An HTML document.
    """
    look = look or Look()
    if look.own_outro is not None:
        return own_card(
            look.own_outro, fields, look, page_image=page_image, duration_seconds=duration_seconds
        )
    return _card(
        "outro",
        fields,
        look,
        page_image,
        (viewport_width, viewport_height),
        headline=fields.headline,
        next_step=fields.next_step,
        leave_at=None,
    )


def picture_card(
    image: bytes,
    *,
    caption: str | None = None,
    look: Look | None = None,
    viewport_width: int = 1920,
    viewport_height: int = 1080,
) -> str:
    """A picture, whole, on a ground of the look's; it stands still from its first frame.

    image: PNG or JPEG. caption: a line below it.

    Raises:
        WrongCard: the image is neither.
    """
    if not image.startswith((PNG, JPEG)):
        raise WrongCard("a picture for a scene must be a PNG or a JPEG")
    look = look or Look()
    return render(
        "picture.html",
        look,
        classes=(
            layout(viewport_width, viewport_height),
            look.template,
            *(flag for flag, given in {"captioned": caption, "with-logo": look.logo}.items() if given),
        ),
        style="picture.css",
        script="card.js",
        image=data_uri(image),
        caption=caption,
    )


def _card(
    kind: str, fields: CardFields, look: Look, page_image: bytes | None, size: tuple[int, int], **values: Any
) -> str:
    flags = {
        "with-page": page_image,
        "with-logo": look.logo,
        "with-host": fields.page_host,
        "captioned": look.captioned,
    }
    return render(
        f"{look.template}/{kind}.html",
        look,
        classes=(layout(*size), kind, *(flag for flag, given in flags.items() if given)),
        style=f"{look.template}/style.css",
        script="card.js",
        page_title=fields.page_title,
        page_host=fields.page_host,
        page_image=data_uri(page_image),
        **values,
    )


def _leave_at(duration_seconds: float | None) -> float | None:
    """When the page starts to grow, in seconds; None if the greeting could not be read before."""
    if duration_seconds is None:
        return None
    leave_at = round(duration_seconds - LEAVE_SECONDS - _ARRIVED_SECONDS, 3)
    return leave_at if leave_at >= _ENTRANCE_SECONDS + _SHORTEST_STAND_SECONDS else None
