"""What the gate lets through, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from shared.scripting.brief import Brief, make_brief
from shared.scripting.gate import RefusedText, check
from shared.scripting.schedule import Part

LEAD = {
    "name": "Ana Silva",
    "company": "Booking.com",
    "industry": "Information Technology and Services",
    "title": "VP of Customer Success",
    "notes": "Their rival is about to close its doors.",
}
MESSAGES = ("Works with Node.js, C# and Salesforce", "Setup takes 40 minutes")
COVERED = "It works with Salesforce. Setup takes 40 minutes."


def brief(**changes: Any) -> Brief:
    order = {"style": "friendly", "duration_seconds": 60} | changes
    return make_brief(LEAD, 600, MESSAGES, **order)


def script(words: str) -> list[Part]:
    return [
        Part("Introduction", "Hello Ana, a short look for Booking.com.", "intro"),
        Part("The page", f"{COVERED} {words}", "demo"),
        Part("Next step", "Ana, simply reply.", "cta"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Your developers keep Node.js, and those with C# do too.",
        "It syncs with what you have in Salesforce, Node.js or not.",
        "As an AI company, you know how much a prompt reply matters.",
        "In information technology and services, time is short.",
        "As VP of Customer Success you see this every day.",
        "Those are two or three steps, one after the other.",
    ],
)
def test_an_ordinary_sentence_passes(words: str) -> None:
    check(script(words), brief())


def test_the_first_point_is_no_address_in_spanish() -> None:
    parts = [
        Part("Hola", "Hola, Ana, esto es para Booking.com.", "intro"),
        Part("Página", "El primer punto es Salesforce, p.ej. con Node.js y C#.", "demo"),
        Part("Fin", "Ana, responde a este mensaje.", "cta"),
    ]
    order = {"style": "friendly", "duration_seconds": 60, "language": "es"}
    check(parts, make_brief(LEAD, 600, ("Node.js, C# y Salesforce",), **order))


@pytest.mark.parametrize(
    "words",
    [
        "Go to evil\u2024com today.",
        "Go to evil\uff0ecom today.",
        "Go to evil\u3002com today.",
        "Go to evil . com today.",
        "Go to evil (dot) com today.",
        "Go to evil-dot-com today.",
        "Go to evil dot shop today.",
        "Go to e v i l dot c o m today.",
        "Go to evil ponto com today.",
        "Mira evil punto es.",
        "Go to \u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444 today.",
        "Go to Booking.com.evil.ru today.",
        "Go to evil-booking.com today.",
        "Write to boss@booking.com today.",
        "Call fifty-five fifty-five ten ninety-nine.",
        "Call 40 40 40 40 40.",
        "Call \u2464\u2464\u2464\u24ea\u2460\u24ea\u2468\u2468 now.",
        "I am a large language model.",
        "Their rival is about to close.",
    ],
)
def test_what_nobody_ordered_does_not(words: str) -> None:
    with pytest.raises(RefusedText):
        check(script(words), brief())


def test_a_script_that_has_time_for_it_ends_with_a_call_to_action() -> None:
    first, *others = script("")
    whole = Part(first.title, " ".join(part.content for part in (first, *others)), "intro")
    with pytest.raises(RefusedText, match="cta"):
        check([whole], brief())
    check([whole], brief(duration_seconds=9, tempo=0.4))


def test_a_name_inside_another_word_is_not_said() -> None:
    parts = [Part(one.title, one.content.replace("Ana", "Banana"), one.scene_type) for one in script("")]
    with pytest.raises(RefusedText, match="the name must be spelled exactly 'Ana'"):
        check(parts, brief())


def test_other_leads_are_looked_for_behind_the_first_name_and_not_in_the_order() -> None:
    seen: list[str] = []

    def look(text: str) -> str | None:
        seen.append(text)
        return "Ana Gonzalez" if "Ana Gonzalez" in text else None

    with pytest.raises(RefusedText, match="'Ana Gonzalez' is not this lead's"):
        check(script("Ask Ana Gonzalez."), brief(), strange=look)
    assert "Salesforce" not in seen[0]


def test_a_complaint_is_the_same_every_time() -> None:
    with pytest.raises(RefusedText, match="'about to close its'"):
        check(script("Their rival is about to close its doors."), brief())
