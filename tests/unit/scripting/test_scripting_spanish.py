"""The offline writer in Spanish: its phrases, how messages are woven in, and whole scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any, get_args

import pytest

from shared.scripting import Script, Style
from shared.scripting.brief import make_brief
from shared.scripting.messages import told, told_briefly
from shared.scripting.offline import OfflineWriter
from shared.scripting.pace import spoken_seconds
from shared.scripting.phrases import StylePhrases, read_phrases

STYLES: tuple[Style, ...] = get_args(Style)
DURATIONS = tuple(half / 2 for half in range(10, 241))  # 5 to 120 s
GOOD_DURATIONS = (15, 20, 30, 45, 60, 90, 120)
MESSAGES: tuple[tuple[str, ...], ...] = (
    (),
    ("Menos papeleo",),
    ("Menos papeleo", "Informes al instante", "Integración con Salesforce"),
    ("Menos papeleo", "Su equipo ahorra dos horas al día.", "Soporte 24/7"),
)
LEADS: tuple[dict[str, Any], ...] = (
    {"name": "Ana Silva", "company": "Acme", "industry": "Logística", "email": "a@acme.example"},
    {"name": "Guillermo Fernández", "company": "IBM", "industry": "Banking"},
    {"name": "Inés"},
    {"name": "A" * 300, "company": "B" * 300, "industry": "?"},
)
ENGLISH = re.compile(r"\b(the|and|you|your|with|for|this|here|what|hello|hi|page)\b", re.IGNORECASE)
USTED = re.compile(r"\b(usted|su|sus|eche|vea|respóndame|dígame|envíeme|fíjese)\b", re.IGNORECASE)
TU = re.compile(r"\b(tú|tu|tus|te|ti|échale|mira|escríbeme|cuéntame|fíjate)\b", re.IGNORECASE)
# what would agree with the lead's gender, or the narrator's
GENDERED = re.compile(
    r"\b(bienvenid|invitad|interesad|encantad|atent|estimad|querid|segur|agradecid)[oa]s?\b|\bjunt[oa]s\b",
    re.IGNORECASE,
)
PHRASES = read_phrases("es")
ENGLISH_PHRASES = read_phrases("en")


async def write(
    lead: dict[str, Any],
    style: Style,
    duration: float,
    messages: tuple[str, ...] = (),
    variant: int | None = None,
) -> Script:
    order = {"style": style, "duration_seconds": duration, "language": "es", "variant": variant}
    return await OfflineWriter().write(make_brief(lead, 600, messages, **order))


def shared_lines(phrases: StylePhrases) -> list[str]:
    topics = (*phrases.topics, *phrases.proof)
    said = [line for topic in topics for line in topic.sentences]
    return [*phrases.followers, *phrases.short_look, *said]


def personal_lines(phrases: StylePhrases) -> list[str]:
    return [*phrases.greetings, *phrases.greetings_unnamed, *phrases.purposes, *phrases.closings]


def all_lines() -> Iterator[str]:
    for phrases in PHRASES.styles.values():
        yield from (*personal_lines(phrases), *shared_lines(phrases), *phrases.frames)
        yield from (phrases.frames_joined, phrases.audience)
    yield from (line for topic in PHRASES.more for line in topic.sentences)


@pytest.mark.parametrize("style", STYLES)
async def test_sections_add_up_at_every_duration(style: Style) -> None:
    for duration in DURATIONS:
        script = await write(LEADS[0], style, duration, MESSAGES[2])
        assert sum(section.duration_seconds for section in script.sections) == duration


@pytest.mark.parametrize("style", STYLES)
async def test_what_is_said_fits_at_every_duration(style: Style) -> None:
    for duration in DURATIONS:
        for section in (await write(LEADS[0], style, duration)).sections:
            assert spoken_seconds(section.content, "es") <= 0.97 * section.duration_seconds, section


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("duration", GOOD_DURATIONS)
@pytest.mark.parametrize("lead", LEADS, ids=lambda lead: lead["name"][:9])
async def test_every_section_has_about_as_many_words_as_its_time(
    style: Style, duration: float, lead: dict[str, Any]
) -> None:
    for messages in MESSAGES:
        for section in (await write(lead, style, duration, messages)).sections:
            share = spoken_seconds(section.content, "es") / section.duration_seconds
            assert 0.7 <= share <= 0.97, section


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("lead", LEADS, ids=lambda lead: lead["name"][:9])
async def test_a_script_is_whole_and_spanish(style: Style, lead: dict[str, Any]) -> None:
    for duration in (5, 8, 15, 30, 60, 120, 600):
        for messages in MESSAGES:
            for section in (await write(lead, style, duration, messages)).sections:
                text = section.content
                assert text == " ".join(text.split())
                assert not re.search(r"[{}]|None| [.,!?;:]|\.\.|,,|,\.|& ", text)
                assert not ENGLISH.search(text), text
                assert text.count("¿") == text.count("?") and text.count("¡") == text.count("!")
                assert text[0].isupper() or (text[0] == "¿" and text[1].isupper())
                assert text[-1] in ".!?"


@pytest.mark.parametrize("style", STYLES)
async def test_nothing_is_said_twice_even_in_ten_minutes(style: Style) -> None:
    script = await write(LEADS[0], style, 600, MESSAGES[3])
    sentences = re.split(r"(?<=[.!?]) ", " ".join(section.content for section in script.sections))
    assert len(sentences) == len(set(sentences)) > 50


@pytest.mark.parametrize("style", STYLES)
async def test_lead_and_company_are_named(style: Style) -> None:
    for duration in (30, 60, 120):
        for company in ("Acme", "IBM", "Contoso Ltd.", "El Corte Inglés"):
            sections = (await write({"name": "Inés", "company": company}, style, duration)).sections
            assert "Inés" in sections[0].content
            assert company in sections[0].content + sections[-1].content


@pytest.mark.parametrize("style", STYLES)
async def test_neighbouring_leads_are_addressed_differently(style: Style) -> None:
    for duration in (15, 20, 30, 60):
        scripts = [await write(LEADS[0], style, duration, variant=number) for number in range(6)]
        for index in (0, -1):
            assert len({script.sections[index].content for script in scripts}) > 2


def test_there_is_a_phrase_for_every_english_one() -> None:
    for style in STYLES:
        spanish, english = PHRASES.styles[style], ENGLISH_PHRASES.styles[style]
        for name in ("purposes", "closings", "short_look", "frames", "followers", "topics", "proof"):
            assert len(getattr(spanish, name)) >= len(getattr(english, name)), (style, name)
    assert len(PHRASES.more) == len(ENGLISH_PHRASES.more)
    assert set(ENGLISH_PHRASES.industries) <= set(PHRASES.industries)
    assert all(name == name.casefold() for name in PHRASES.industries)


def test_every_line_has_its_marks() -> None:
    for line in all_lines():
        assert line.count("¿") == line.count("?") and line.count("¡") == line.count("!"), line
    shared = [line for phrases in PHRASES.styles.values() for line in shared_lines(phrases)]
    for line in (*shared, *(line for topic in PHRASES.more for line in topic.sentences)):
        assert re.fullmatch(r"(& )?[¿¡]?[A-ZÁÉÍÓÚÑ][^{}\[\]<>*#_|@/\\]*[.!?]", line), line


def test_the_personal_phrases_use_known_fields_and_some_need_none() -> None:
    for phrases in PHRASES.styles.values():
        for line in personal_lines(phrases):
            used = {field for _, field, _, _ in Formatter().parse(line) if field is not None}
            assert used <= {"first_name", "company", "industry"}
        for lines in (phrases.greetings_unnamed, phrases.purposes, phrases.closings):
            assert any("{" not in line for line in lines)
        assert all("{message}" in line for line in phrases.frames)


def test_no_line_depends_on_gender_or_on_the_name_that_follows() -> None:
    for line in all_lines():
        assert not GENDERED.search(line), line
        # an article, or a `y` that would have to be `e` before some names
        assert not re.search(r"\b(el|la|los|las|al|del|y|o) \{(company|first_name)\}", line), line
        assert "{industry}" not in line or "en {industry}" in line


def test_usted_and_tu_are_never_mixed() -> None:
    for style, phrases in PHRASES.styles.items():
        wrong = TU if style in {"professional", "technical"} else USTED
        for line in (*personal_lines(phrases), *shared_lines(phrases)):
            assert not wrong.search(line), line
    for topic in PHRASES.more:
        for line in topic.sentences:
            assert not TU.search(line) and not re.search(r"\b(usted|le)\b", line), line


@pytest.mark.parametrize(
    ("messages", "listed"),
    [
        (("Menos papeleo", "Más ventas"), "Menos papeleo y más ventas."),
        (("Menos papeleo", "Informes claros"), "Menos papeleo e informes claros."),
        (("Ventas", "Menos papeleo", "Integración"), "Ventas, menos papeleo e integración."),
        (("Padres", "Hijos"), "Padres e Hijos."),
        (("Agua", "hielo"), "Agua y hielo."),
        (("Android", "iOS"), "Android y iOS."),
        (("SAP", "IBM"), "SAP e IBM."),
        (("Salesforce", "Índices"), "Salesforce e Índices."),
    ],
)
def test_messages_are_joined_with_y_or_e(messages: tuple[str, ...], listed: str) -> None:
    assert told_briefly(messages, PHRASES.words) == listed


def test_english_messages_are_joined_as_before() -> None:
    assert told_briefly(("Speed", "Ice", "Ink"), ENGLISH_PHRASES.words) == "Speed, Ice, and Ink."


def test_a_message_is_woven_in_as_what_it_is() -> None:
    phrases, words = PHRASES.styles["professional"], PHRASES.words
    assert told(("Menos papeleo",), phrases, words, 0) == "Lo principal es esto: menos papeleo."
    assert told(("Salesforce integrado",), phrases, words, 0) == "Lo principal es esto: Salesforce integrado."
    assert told(("su equipo ahorra tiempo",), phrases, words, 0) == "Su equipo ahorra tiempo."
    assert told(("¿cuánto tiempo ahorra?",), phrases, words, 0) == "¿Cuánto tiempo ahorra?"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("duration", [30, 45, 60, 120])
async def test_every_key_message_is_told(style: Style, duration: float) -> None:
    script = await write(LEADS[0], style, duration, MESSAGES[3])
    said = " ".join(section.content for section in script.sections).casefold()
    assert all(message.casefold() in said for message in MESSAGES[3])


async def test_sections_between_intro_and_call_to_action_have_spanish_titles() -> None:
    script = await write(LEADS[0], "professional", 60, MESSAGES[2])
    assert [section.title for section in script.sections[1:4]] == [
        "La página de un vistazo",
        "Lo que destaca",
        "Lo que destaca",
    ]
