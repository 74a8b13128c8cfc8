"""A workspace's own template as a card. It is as hostile as any page: nothing of it is run here."""

from __future__ import annotations

import json
import re
from functools import cache

from shared.composition.cards.images import data_uri
from shared.composition.cards.look import CardFields, Look, check_own_template
from shared.composition.cards.rendering import TEMPLATES

# The template's scripts run, and reach nothing. A policy in a document can't forbid it to go elsewhere: the
# recorder, which gives a card no network, sees to that.
_POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; media-src data:; form-action 'none'; base-uri 'none'"
)
_BODY_END = re.compile(r"</body\b", re.IGNORECASE)
# what could end the script that the JSON stands in, or a line of it
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def own_card(
    html: str,
    fields: CardFields,
    look: Look,
    *,
    page_image: bytes | None = None,
    duration_seconds: float | None = None,
) -> str:
    """The template with the lead's fields in it as data, filled in the browser.

    Texts, and the attributes alt and title, may hold placeholders such as `{first_name|there}` or
    `{company|your team}`; `<img data-src="logo">` and `data-src="page"` show these pictures, or are taken
    away; `--primary`, `--accent` and `--font` are set on `:root` if the look has them. The template's own
    scripts find everything in `document.getElementById('leadreel').textContent`, as JSON. A policy that the
    template itself brings along must allow inline scripts, or nothing is filled.

    Raises:
        WrongCard: the template is too large.
    """
    check_own_template(html)
    data = {
        "fields": fields.of_lead,
        "primary": look.primary_color,
        "accent": look.accent_color,
        "font": look.font,
        "logo": data_uri(look.logo),
        "page": data_uri(page_image),
        "language": look.language,
        "duration_seconds": duration_seconds,
    }
    head = (
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta charset="utf-8"><script type="application/json" id="leadreel">{_embedded(data)}</script>'
    )
    ends = [match.start() for match in _BODY_END.finditer(html)]
    end = ends[-1] if ends else len(html)
    return f"{head}{html[:end]}<script>{_fill_script()}</script>{html[end:]}"


def _embedded(data: object) -> str:
    """JSON that can stand inside a script element."""
    return json.dumps(data, ensure_ascii=False).translate(_UNSAFE)


@cache
def _fill_script() -> str:
    return (TEMPLATES / "fill.js").read_text("utf-8")
