"""Cards and overlays: HTML documents that the recorder films like any page.

Each is whole in itself (no network, images as data: URIs). A card's motion is CSS animation with fixed
delays: the entrance ends 0.65 s after load and the card then stands still, so that its frames cost nothing.
"""

from shared.composition.cards.look import (
    CardFields,
    Colour,
    FontFamily,
    Look,
    TemplateName,
    WrongCard,
    check_own_template,
)
from shared.composition.cards.overlay import LogoCorner, overlay
from shared.composition.cards.own import own_card
from shared.composition.cards.pages import LEAVE_SECONDS, intro_card, outro_card, picture_card
from shared.composition.cards.rendering import card_words

__all__ = [
    "LEAVE_SECONDS",
    "CardFields",
    "Colour",
    "FontFamily",
    "LogoCorner",
    "Look",
    "TemplateName",
    "WrongCard",
    "card_words",
    "check_own_template",
    "intro_card",
    "outro_card",
    "overlay",
    "own_card",
    "picture_card",
]
