"""Five thousand names that nobody should have: each card says exactly what it was given."""

from __future__ import annotations

import html
import json
import random
import re
import unicodedata

import pytest

from shared.composition.cards import CardFields, Look, TemplateName, intro_card

NAMES = 5000
PIECES = (
    "<", ">", "&", '"', "'", "`", "</script>", "<!--", "-->", "]]>", "{{7*7}}", "{% raw %}", "${7*7}", "#{1}",
    "%{pts}", "%n", "\\", "\\n", "\\'", ":", ";", "=", ",", "[in]", "drawtext=text=",
    "movie=/etc/passwd", "\u202e",
    "\u2028", "\u200d", "\u0301", "\ufe0f", "ñ", "ß", "İ", "ﬃ", "李", "한", "ا", "ש", "ไทย", "🎉",
    "👩‍💻", "🏳️‍🌈",
    "&lt;", "&#60;", "&amp;", "javascript:", "onerror=alert(1)", "<img src=x>", "</bdi>",
    "Ana", " ", "O'Neill",
)  # fmt: skip
SHOWN = re.compile(r'<bdi id="lead-name"[^>]*>(.*?)</bdi>', re.DOTALL)
DATA = re.compile(r'<script type="application/json" id="leadreel">(.*?)</script>', re.DOTALL)


def names(seed: str) -> list[str]:
    """The same every time: pieces that mean something to some language, and letters of any script."""
    dice = random.Random(seed)
    found = []
    for _ in range(NAMES):
        parts = [
            dice.choice(PIECES) if dice.random() < 0.7 else chr(dice.randrange(0x21, 0xD7FF))
            for _ in range(dice.randint(1, 12))
        ]
        name = "".join(part for part in parts if unicodedata.category(part[0]) != "Cn")
        found.append(name.strip() or "Ana")
    return found


@pytest.mark.parametrize("template", ["studio", "poster", "letter"])
def test_built_in_cards_say_them_literally(template: TemplateName) -> None:
    look = Look(template=template)
    plain = intro_card(CardFields(name="Ana"), look)
    for name in names(template):
        card = intro_card(CardFields(name=name), look)
        [shown] = SHOWN.findall(card)
        assert html.unescape(shown) == name
        assert "<" not in shown and ">" not in shown
        assert card.count("<") == plain.count("<")  # no element more than without it


def test_a_template_of_ones_own_is_told_them_literally() -> None:
    look = Look(own_intro="<body><h1>Hi {name}</h1></body>")
    for name in names("own"):
        [data] = DATA.findall(intro_card(CardFields(name=name), look))
        assert json.loads(data)["fields"]["name"] == name
        assert "<" not in data and "&" not in data
