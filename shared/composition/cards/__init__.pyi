from .look import (
    CardFields,
    Colour,
    FontFamily,
    LogoCorner,
    Look,
    TemplateName,
    WrongCard,
    check_own_template,
)
from .overlay import overlay
from .own import own_card
from .pages import LEAVE_SECONDS, intro_card, outro_card, picture_card
from .rendering import card_words

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
