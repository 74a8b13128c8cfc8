"""Templates: placeholders, sentences, and which of them are personal."""

from __future__ import annotations

import pytest

from shared.scripting import Passage, Section
from shared.scripting.template import (
    WrongTemplate,
    passages,
    render,
    sentences,
    variables_in,
    without_fallback,
)

ANA = {"first_name": "Ana", "company": "Acme Inc."}


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("Hi {first_name|there}.", ANA, "Hi Ana."),
        ("Hi {first_name|there}.", {}, "Hi there."),
        ("Hi {first_name|there}.", {"first_name": ""}, "Hi there."),
        ("For {company|you}.", ANA, "For Acme Inc."),
        ("For {company|you}. Bye.", ANA, "For Acme Inc. Bye."),
        ("{company|your team} gains.", {}, "Your team gains."),
        ("Yes. {company|your team} gains.", {}, "Yes. Your team gains."),
        ("Hi {first_name|there}", {"first_name": "{company|x}"}, "Hi {company|x}"),
        ("Hi {first_name}.", {}, None),
        ("{first_name}{first_name}", ANA, "AnaAna"),
        ("", {}, ""),
    ],
)
def test_render(template: str, values: dict[str, str], text: str | None) -> None:
    assert render(template, values) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Silva and Mr. Lee agree. Yes.", ["Dr. Silva and Mr. Lee agree.", "Yes."]),
        ("See e.g. This one. Then that.", ["See e.g. This one.", "Then that."]),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("It costs 3.5 a day. Really.", ["It costs 3.5 a day.", "Really."]),
        ("¿Qué tal? ¡Bien! Gracias.", ["¿Qué tal?", "¡Bien!", "Gracias."]),
        ("你好。再见。", ["你好。", "再见。"]),
        ("Hi {company|you. Yes you}. Bye.", ["Hi {company|you. Yes you}.", "Bye."]),
        ("wait… and see. Fine.", ["wait… and see.", "Fine."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


def test_what_is_personal_is_kept_apart_from_what_everybody_hears() -> None:
    template = "Hi {first_name|there}. Made for {company|you}. All the same. And this. Bye, {first_name|you}."
    assert passages(template, ANA) == [
        Passage(text="Hi Ana. Made for Acme Inc.", usual="Hi there. Made for you.", personal=True),
        Passage(text="All the same. And this.", usual="All the same. And this.", personal=False),
        Passage(text="Bye, Ana.", usual="Bye, you.", personal=True),
    ]
    for_nobody = passages(template, {})
    assert [piece.usual for piece in for_nobody] == [piece.usual for piece in passages(template, ANA)]
    assert all(piece.text == piece.usual for piece in for_nobody)


def test_a_value_that_ends_a_sentence_ends_none_of_the_template() -> None:
    pieces = passages("Made for {company|you} and {first_name|you}. The rest.", {"company": "Stop. Now"})
    assert [piece.personal for piece in pieces] == [True, False]


@pytest.mark.parametrize("template", ["{", "}", "{first name|x}", "{{first_name|x}", "{a|b|c}", "{|x}"])
def test_a_brace_that_is_no_placeholder_is_refused(template: str) -> None:
    with pytest.raises(WrongTemplate, match="brace"):
        variables_in(template)


def test_the_names_and_those_without_a_fallback() -> None:
    template = "{b|x} {a} {b} {a|y} {c| }"
    assert variables_in(template) == ("b", "a", "c")
    assert without_fallback(template) == ("a", "b", "c")
    with pytest.raises(WrongTemplate, match="nothing is known for a"):
        passages(template, {"b": "1"})


def test_edited_words_are_spoken_as_they_are_in_one_piece() -> None:
    pieces = tuple(passages("Hi {first_name|there}. All the same.", ANA))
    section = Section(
        title="x", content="Hi Ana. All the same.", duration_seconds=3, scene_type="intro",
        timing_marker="[00:00]", passages=pieces,
    )  # fmt: skip
    assert section.spoken == pieces
    edited = section.model_copy(update={"content": "Hello Ana. All the same."})
    assert [piece.text for piece in edited.spoken] == ["Hello Ana. All the same."]
