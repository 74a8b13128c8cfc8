"""The phrases themselves, and how they are filled."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from shared.scripting.phrases import read_phrases
from shared.scripting.template import render

PERSONAL = {"first_name", "company", "industry"}


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("Hi {first_name}.", {"first_name": "Ana"}, "Hi Ana."),
        ("Hi {first_name}.", {"first_name": ""}, None),
        ("Hi {first_name}.", {}, None),
        ("For {company}.", {"company": "Acme Inc."}, "For Acme Inc."),
        ("For {company}.", {"company": "Yahoo!"}, "For Yahoo!"),
        ("For {company}, then.", {"company": "Acme Inc."}, "For Acme Inc., then."),
        ("For {company}. Bye.", {"company": "Acme Inc."}, "For Acme Inc. Bye."),
        ("{first_name}", {"first_name": "{company}", "company": "x"}, "{company}"),
        ("{first_name}", {"first_name": "%s {0} {first_name!r}"}, "%s {0} {first_name!r}"),
    ],
)
def test_phrases_are_filled(template: str, values: dict[str, str], text: str | None) -> None:
    assert render(template, values) == text


def fields(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}


def test_what_all_leads_share_names_none_of_them() -> None:
    phrases = read_phrases()
    for style in phrases.styles.values():
        topics = [*style.topics, *style.proof, *phrases.more]
        shared = [
            *style.followers,
            *style.short_look,
            *(line for topic in topics for line in topic.sentences),
        ]
        for line in shared:
            assert fields(line) == set()
            assert re.fullmatch(r"(& )?[A-Z][^{}\[\]<>*#_|@/\\]*[.!?]", line), line


def test_the_personal_phrases_use_known_fields_and_one_needs_none() -> None:
    for style in read_phrases().styles.values():
        for lines in (style.greetings, style.purposes, style.closings):
            assert all(fields(line) <= PERSONAL for line in lines)
        assert any(not fields(line) for line in style.purposes)
        assert any(not fields(line) for line in style.closings)
        assert all("{message}" in line for line in style.frames)


def test_no_topic_begins_with_a_sentence_that_needs_another() -> None:
    phrases = read_phrases()
    for style in phrases.styles.values():
        for topic in (*style.topics, *style.proof, *phrases.more):
            assert not topic.sentences[0].startswith("&")
            assert len(set(topic.sentences)) == len(topic.sentences)


def test_industries_are_found_by_their_lower_case_name() -> None:
    industries = read_phrases().industries
    assert all(name == name.casefold() for name in industries)
    assert industries["saas"] == "software"
