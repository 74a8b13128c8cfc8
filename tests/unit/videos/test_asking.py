from __future__ import annotations

import pytest

from shared.videos import VideoRequest
from shared.videos.asking import WrongRequest


def ask(**fields: object) -> VideoRequest:
    return VideoRequest.parse(**({"url": "https://acme.example", "name": "Ana", "company": "Acme"} | fields))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n\t "}, "name"),
        ({"name": "\x00"}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"company": ""}, "company"),
        ({"email": "not an address"}, "email"),
        ({"email": "a@example.com\r\nBcc: all@example.com"}, "email"),
        ({"style": "angry"}, "style"),
        ({"key_messages": ["fine", ""]}, "key_messages"),
        ({"url": None}, "url"),
        ({"color_scheme": "sepia"}, "color_scheme"),
        ({"locale": "d"}, "locale"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(fields: dict[str, object], field: str) -> None:
    with pytest.raises(WrongRequest, match=rf"^{field}: "):
        ask(**fields)


@pytest.mark.parametrize(
    "name",
    [
        "李小龍",
        "محمد علي",
        "Zoë 🚀👩‍💻",
        'O\'Brien: 100% \\ "quoted"',
        "x" * 300,
        "<script>alert(1)</script>",
    ],
)
def test_any_name_is_kept_as_it_is(name: str) -> None:
    assert ask(name=name).name == name


def test_a_line_break_becomes_a_space_and_controls_go() -> None:
    assert ask(name="Ana\r\nMaria\tSilva\x07").name == "Ana Maria Silva"


def test_characters_that_would_reorder_the_rest_of_the_page_go() -> None:
    assert ask(name="Ana\u202eevil").name == "Anaevil"
