"""What is taken as an order for a script, and what is refused with the field's name."""

from __future__ import annotations

from typing import Any

import pytest

from shared.scripting import WrongBrief
from shared.scripting.brief import Brief, LeadData, make_brief

ORDER: dict[str, Any] = {
    "lead_data": {"name": "Ana Silva", "company": "Acme"},
    "style": "professional",
    "duration_seconds": 30,
    "key_messages": (),
    "target_audience": None,
    "model": None,
    "longest_seconds": 600,
}


def make(**changes: Any) -> Brief:
    return make_brief(**(ORDER | changes))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"lead_data": {"name": ""}}, "name: it is empty"),
        ({"lead_data": {"name": None}}, "name: it is empty"),
        ({"lead_data": {"name": " \n\t\u202e"}}, "name: it is empty"),
        ({"lead_data": {"company": "Acme"}}, r"lead\.name: Field required"),
        ({"lead_data": {"name": 7}}, r"lead\.name"),
        ({"lead_data": {"name": "x" * 1001}}, r"lead\.name"),
        ({"style": "poetic"}, "style: Input should be 'professional', 'casual'"),
        ({"duration_seconds": 4.5}, "duration: .*greater than or equal to 5"),
        ({"duration_seconds": 12.3}, "duration: .*multiple of 0.5"),
        ({"duration_seconds": 601}, r"duration: at most 600 seconds \(VIDEO_MAX_DURATION_SECONDS\)"),
        ({"duration_seconds": float("nan")}, "duration"),
        ({"key_messages": ("x" * 501,)}, r"key_messages\.0"),
    ],
)
def test_what_cant_be_used_is_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(WrongBrief, match=complaint):
        make(**changes)


def test_text_comes_on_one_line_without_control_characters() -> None:
    lead = make(lead_data={"name": "Ana\r\nMaria\x00 \u202eSilva", "company": " Acme\tInc. "}).lead
    assert (lead.name, lead.company) == ("Ana Maria Silva", "Acme Inc.")


def test_empty_messages_are_passed_over() -> None:
    assert make(key_messages=["", "  ", "faster"]).key_messages == ("faster",)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Ana Silva", "Ana"),
        ("ana", "ana"),
        ("Dr. Ana Silva", "Ana"),
        ("Prof. Dr. Ana Silva", "Ana"),
        ("Silva, Ana", "Ana"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("D'Angelo Russell", "D'Angelo"),
        ('"Ana" Silva', "Ana"),
        ("(Ana) Silva", "Ana"),
        ("🚀 Ana 🚀", "Ana"),
        ("王伟", "王伟"),
        ("李 雷", "李 雷"),
        ("山田 太郎", "山田 太郎"),
        ("محمد علي", "محمد"),
        ("👩‍🚀", "👩‍🚀"),
        ("Dr.", "Dr."),
        ("X" * 41, ""),
        ("X" * 40, "X" * 40),
        ("Acme, Inc. of Somewhere", "Inc."),
    ],
)
def test_first_names(name: str, first: str) -> None:
    assert LeadData(name=name).first_name == first


def test_whatever_else_is_known_of_a_lead_is_kept_for_a_model() -> None:
    lead = LeadData.model_validate({"name": "Ana", "notes": "met\nat the fair", "city": "Porto"})
    assert lead.model_dump()["city"] == "Porto"
    assert lead.notes == "met\nat the fair"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "evil.com", ""),
        ("name", "Sra. Ana Ruiz", "Ana"),
        ("name", "Herr Max Maier", "Max"),
        ("name", "N/A", ""),
        ("name", "???", ""),
        ("name", "unknown", ""),
        ("company", "Booking.com", "Booking.com"),
        ("company", "www.evil.example", ""),
        ("company", "evil dot com free money", ""),
        ("company", "Acme. Go to evil now", ""),
        ("company", "Acme Inc.", "Acme Inc."),
        ("company", "Yahoo! Japan", "Yahoo! Japan"),
        ("company", "St. Jude Research Hospital", "St. Jude Research Hospital"),
        ("company", "null", ""),
        ("industry", "call five five five zero one", ""),
        ("industry", "see evil.com", ""),
        ("industry", "food and drink", "food and drink"),
    ],
)
def test_only_what_is_a_name_is_said(field: str, value: str, said: str) -> None:
    lead = LeadData.model_validate({"name": "Ana"} | {field: value})
    spoken = {"name": lead.first_name, "company": lead.spoken_company, "industry": lead.spoken_industry}
    assert spoken[field] == said
