"""Cards as text: what they say is what was given, and nothing in them reaches out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from shared.composition.cards import (
    CardFields,
    Look,
    TemplateName,
    WrongCard,
    card_words,
    intro_card,
    outro_card,
    picture_card,
)
from tests.support.documents import Document, policy_source

JPEG = b"\xff\xd8\xff\xe0 a picture"
PNG = b"\x89PNG\r\n\x1a\n rest"
TEMPLATES: list[TemplateName] = ["studio", "poster", "letter"]
AWKWARD = [
    "Ana Silva",
    "<script>alert(1)</script>",
    "\"double\" 'single' `back`",
    "C:\\new\\table: 100% & more",
    "{{ name }} {% raw %}",
    "Zoë 👩‍💻🎉",
    "王小明",
    "محمد بن عبد الله",
    "יעל כהן",
    "Ana\nSilva",
    "</bdi></h1><img src=x onerror=alert(1)>",
    "W" * 300,
]


def fields(**given: Any) -> CardFields:
    return CardFields(**{"name": "Ana Silva", "company": "Acme"} | given)


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("template", TEMPLATES)
def test_an_intro_says_the_names_it_was_given(template: TemplateName, text: str) -> None:
    given = fields(name=text, company=text, text=text, page_title=text, page_host=text)
    document = Document(intro_card(given, Look(template=template, logo=PNG), page_image=JPEG))

    assert document.texts["lead-name"] == text
    assert document.texts["lead-company"] == text
    assert document.tags().count("img") == 2
    assert document.tags().count("script") == 1


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_outro_is_the_same_for_all_leads(template: TemplateName) -> None:
    look = Look(template=template, primary_color="#123456")
    page = {"page_title": "Acme", "page_host": "acme.com"}
    ana = fields(**page, title="CFO", industry="retail")
    ben = fields(name="Ben Ode", company="Northwind", text="Their books", first_name="Benny", **page)

    assert outro_card(ana, look, page_image=JPEG) == outro_card(ben, look, page_image=JPEG)


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_outro_asks_what_it_is_told_to(template: TemplateName) -> None:
    nasty = "<i>\"'&"
    html = outro_card(fields(headline=nasty, next_step="Call <b>Ana</b>"), Look(template=template))

    assert Document(html).texts["h1"] == nasty
    assert "Call &lt;b&gt;Ana&lt;/b&gt;" in html
    assert "Shall we talk?" not in html


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("card", [intro_card, outro_card])
def test_a_card_reaches_for_nothing_and_runs_its_own_style_and_script_only(
    card: Any, template: TemplateName
) -> None:
    given = fields(text="A title", page_title="Acme", page_host="acme.com")
    look = Look(template=template, logo=PNG, font="Noto Serif", primary_color="#ff6600")
    html = card(given, look, page_image=JPEG, duration_seconds=5.0)
    document = Document(html)

    assert {address.split(";")[0] for address in document.addresses()} == {
        "data:image/jpeg",
        "data:image/png",
    }
    assert not re.search(r"https?://|url\(|@import", html)
    policy = document.meta()["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert f"style-src {policy_source(document.texts['style'])};" in policy
    assert policy.endswith(f"script-src {policy_source(document.texts['script'])}")


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_blank_company_is_left_out(template: TemplateName, blank: str) -> None:
    document = Document(intro_card(fields(company=blank), Look(template=template)))
    assert "lead-company" not in document.texts


def test_an_image_is_named_for_what_it_is() -> None:
    assert "data:image/png;base64," in intro_card(fields(), page_image=PNG)
    assert "data:image/" not in intro_card(fields(), page_image=b"")


@pytest.mark.parametrize(
    ("seconds", "leave_at"),
    [(None, None), (2.0, None), (2.2, None), (2.5, "2.0"), (4.0, "3.5"), (6.5, "6.0")],
)
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_page_grows_at_the_end_if_the_greeting_can_be_read_before(
    template: TemplateName, seconds: float | None, leave_at: str | None
) -> None:
    html = intro_card(fields(), Look(template=template), page_image=JPEG, duration_seconds=seconds)

    assert Document(html).attributes("figure").get("data-leave-at") == leave_at


@pytest.mark.parametrize(
    ("width", "height", "layout"),
    [
        (1920, 1080, "wide"),
        (1280, 720, "wide"),
        (1080, 1080, "square"),
        (1080, 1920, "tall"),
        (1000, 900, "square"),
    ],
)
def test_the_layout_follows_the_picture(width: int, height: int, layout: str) -> None:
    size = {"viewport_width": width, "viewport_height": height}
    for html in (intro_card(fields(), **size), outro_card(fields(), **size), picture_card(JPEG, **size)):
        assert layout in Document(html).attributes("html")["class"].split()


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_cards_speak_the_scripts_language(template: TemplateName) -> None:
    look = Look(template=template, language="es")
    intro, outro = intro_card(fields(), look), outro_card(fields(), look)
    assert "Hola, <span" in intro
    assert 'lang="es"' in intro
    assert "made for" not in intro
    assert "¿Hablamos?" in outro
    assert "con calma." in outro
    assert "Shall we talk?" in outro_card(fields(), Look(template=template, language="de"))


def test_every_language_has_every_word() -> None:
    words = card_words()
    assert all(set(table) == set(words["en"]) for table in words.values())
    assert {"en", "es"} <= set(words)


def test_a_picture_must_be_one() -> None:
    document = Document(picture_card(PNG, caption="<b>", look=Look(template="letter")))
    assert document.attributes("img")["src"].startswith("data:image/png;base64,")
    assert "<b>" in document.texts["title"]
    with pytest.raises(WrongCard, match="PNG or a JPEG"):
        picture_card(b"<svg onload=alert(1)>")


@pytest.mark.parametrize(
    "wrong",
    [
        {"template": "noir"},
        {"primary_color": "red"},
        {"accent_color": "#12345"},
        {"font": "Inter; } body { display: none"},
        {"font": "O'Neil"},
        {"font": "Inter\n"},
        {"logo": b"<svg/>"},
        {"own_intro": "<p>" * 700_000},
    ],
)
def test_a_look_that_could_do_harm_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, WrongCard)):
        Look(**wrong)


def test_a_look_survives_json() -> None:
    look = Look(template="poster", logo=PNG + b"\xff\x00", font="Noto Serif Display", accent_color="#00ff00")
    assert Look.model_validate_json(look.model_dump_json()) == look


@pytest.mark.parametrize(
    ("given", "greeted"),
    [
        ({"name": "Dr. Ana Silva"}, "Ana"),
        ({"name": "王小明"}, "王小明"),
        ({"name": "Ana Silva", "first_name": "Anita"}, "Anita"),
        ({"name": "Ana Silva", "first_name": ""}, ""),
    ],
)
def test_a_lead_is_greeted_by_the_first_name(given: dict[str, str], greeted: str) -> None:
    assert CardFields(**given).of_lead["first_name"] == greeted
