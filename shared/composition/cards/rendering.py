"""Documents of ours from `templates/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment

from shared.composition.cards.images import data_uri
from shared.composition.cards.look import Look
from shared.html import template_environment

Layout = Literal["wide", "square", "tall"]

TEMPLATES = Path(__file__).parents[1] / "templates"


@cache
def card_words() -> Mapping[str, Mapping[str, str]]:
    """What the cards say, by language."""
    return tomllib.loads((TEMPLATES / "words.toml").read_text("utf-8"))


def render(
    template: str, look: Look, *, classes: tuple[str, ...], style: str, script: str, **values: Any
) -> str:
    """The document; its style and its script are files of TEMPLATES. Absent images are None."""
    known = look.language if look.language in card_words() else "en"
    brand = {"primary": look.primary_color, "accent": look.accent_color, "font": look.font}
    return (
        _environment()
        .get_template(template)
        .render(
            words=card_words()[known],
            language=known,
            look=look.template,
            brand={name: value for name, value in brand.items() if value},
            logo=data_uri(look.logo),
            classes=" ".join(classes),
            style=style,
            script=script,
            **values,
        )
    )


def layout(width: int, height: int) -> Layout:
    """The arrangement for a picture of this shape."""
    if width > height * 1.2:
        return "wide"
    return "tall" if height > width * 1.2 else "square"


@cache
def _environment() -> Environment:
    return template_environment(TEMPLATES)
