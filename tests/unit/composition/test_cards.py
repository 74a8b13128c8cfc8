"""Cards as text: what they say is what was given, and nothing in them reaches out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from shared.composition.cards import card_words, intro_card, outro_card
from tests.support.documents import Document, policy_source

JPEG = b"\xff\xd8\xff\xe0 a picture"
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


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("card", [intro_card, outro_card])
def test_a_card_says_the_names_it_was_given(card: Callable[..., str], text: str) -> None:
    document = Document(card(text, text, page_title=text, page_host=text, page_image=JPEG))

    assert document.texts["lead-name"] == text
    assert document.texts["lead-company"] == text
    assert document.tags().count("img") == 1
    assert document.tags().count("script") == 1


@pytest.mark.parametrize(
    "html",
    [
        intro_card("Ana", "Acme", title="A title", page_title="Acme", page_host="acme.com", page_image=JPEG),
        outro_card("Ana", "Acme", page_host="acme.com", page_image=JPEG),
    ],
)
def test_a_card_reaches_for_nothing(html: str) -> None:
    document = Document(html)

    assert [address[:23] for address in document.addresses()] == ["data:image/jpeg;base64,"]
    assert not re.search(r"https?://|url\(|@import", html)


def test_a_card_runs_its_own_style_and_script_only() -> None:
    document = Document(intro_card("Ana", "Acme"))
    policy = document.meta()["Content-Security-Policy"]

    assert f"style-src {policy_source(document.texts['style'])};" in policy
    assert policy.endswith(f"script-src {policy_source(document.texts['script'])}")
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_other_words_than_the_names_are_escaped_too() -> None:
    nasty = "<i>\"'&"
    document = Document(outro_card("Ana", "Acme", headline=nasty, next_step=nasty))

    assert document.texts["h1"] == nasty
    assert document.texts["lead-company"] == "Acme"


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_a_blank_company_is_left_out(blank: str) -> None:
    for html in (
        intro_card("Ana", blank),
        outro_card("Ana", blank),
        outro_card("Ana", blank, next_step="Call me"),
    ):
        assert "lead-company" not in Document(html).texts


def test_an_image_is_named_for_what_it_is() -> None:
    png = b"\x89PNG\r\n\x1a\n rest"

    assert "data:image/png;base64," in intro_card("Ana", "Acme", page_image=png)
    assert "data:image/" not in intro_card("Ana", "Acme", page_image=b"")


@pytest.mark.parametrize(
    ("seconds", "leave_at"),
    [(None, None), (2.0, None), (3.0, None), (3.5, "2.7"), (4.0, "3.2"), (6.5, "5.7")],
)
def test_the_page_grows_at_the_end_if_the_greeting_can_be_read_before(
    seconds: float | None, leave_at: str | None
) -> None:
    document = Document(intro_card("Ana", "Acme", page_image=JPEG, duration_seconds=seconds))

    assert document.attributes("figure").get("data-leave-at") == leave_at


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
    for card in (intro_card, outro_card):
        html = card("Ana", "Acme", viewport_width=width, viewport_height=height)
        assert Document(html).attributes("html")["class"] == layout


def test_the_cards_speak_the_scripts_language() -> None:
    intro, outro = (card("Lucía", "Acme", language="es") for card in (intro_card, outro_card))
    assert "Hola, <span" in intro
    assert 'lang="es"' in intro
    assert "made for" not in intro
    assert "¿Hablamos?" in outro
    assert "con calma." in outro
    assert "Shall we talk?" in outro_card("Lucía", "Acme", language="de")


def test_every_language_has_every_word() -> None:
    words = card_words()
    assert all(set(table) == set(words["en"]) for table in words.values())
    assert {"en", "es"} <= set(words)
