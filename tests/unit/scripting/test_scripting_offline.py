"""What the offline writer writes, for every style, duration and kind of lead."""

from __future__ import annotations

import itertools
import re
from typing import Any, get_args

import pytest

from shared.scripting import Script, Style
from shared.scripting.brief import make_brief
from shared.scripting.offline import OfflineWriter
from shared.scripting.pace import spoken_seconds

STYLES: tuple[Style, ...] = get_args(Style)
DURATIONS = (5, 5.5, 7, 8, 10, 12.5, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
GOOD_DURATIONS = (15, 30, 45, 60, 90, 120)
MESSAGES: tuple[tuple[str, ...], ...] = (
    (),
    ("Faster onboarding",),
    ("faster onboarding", "We cut support tickets by half.", "24/7 support"),
    tuple(f"reason number {number}" for number in range(1, 9)),
)
LEADS: dict[str, dict[str, Any]] = {
    "plain": {"name": "Ana Silva", "company": "Acme", "industry": "Logistics", "email": "a@acme.example"},
    "only a name": {"name": "Ana"},
    "nothing but None": {"name": "Ana", "company": None, "industry": None, "notes": None, "title": None},
    "quotes": {"name": 'Robert "Bob" O\'Neil', "company": 'The "Best" Co'},
    "specials": {"name": "Pct: 100% \\ o'{first_name}", "company": "A:B's {company} %s \\n"},
    "emoji": {"name": "🚀 Ana 🚀", "company": "Rocket 🚀 Labs"},
    "only emoji": {"name": "🚀🚀", "company": "🚀"},
    "chinese": {"name": "王伟", "company": "北京科技有限公司"},
    "arabic": {"name": "محمد علي", "company": "شركة النور"},
    "line breaks": {"name": "Ana\nMaria\r\nSilva", "company": "Acme\nInc."},
    "long words": {"name": "A" * 300, "company": "B" * 300},
    "many words": {"name": "Anna " * 60, "company": "Company " * 38},
    "stops": {"name": "Dr. Ana Silva", "company": "Yahoo!"},
    "known industry": {"name": "Ana", "company": "Acme Inc.", "industry": "SaaS"},
    "odd industry": {"name": "Ana", "company": "Acme", "industry": "Misc / <other>"},
}


async def write(
    lead: dict[str, Any], style: str = "professional", duration: float = 30, messages: tuple[str, ...] = ()
) -> Script:
    brief = make_brief(lead, 600, messages, style=style, duration_seconds=duration)
    return await OfflineWriter().write(brief)


def body(script: Script) -> list[tuple[str, str, float]]:
    return [
        (section.title, section.content, section.duration_seconds)
        for section in script.sections
        if section.scene_type not in {"intro", "cta"}
    ]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("duration", DURATIONS)
async def test_sections_add_up_exactly_and_are_marked(style: Style, duration: float) -> None:
    for messages, lead in itertools.product(MESSAGES, (LEADS["plain"], LEADS["long words"])):
        script = await write(lead, style, duration, messages)
        assert sum(section.duration_seconds for section in script.sections) == duration
        start = 0.0
        for section in script.sections:
            assert section.duration_seconds * 2 == int(section.duration_seconds * 2) > 0
            assert section.timing_marker == f"[{int(start) // 60:02d}:{int(start) % 60:02d}]"
            start += section.duration_seconds
        assert script.sections[0].scene_type == "intro"
        assert script.sections[-1].scene_type == ("cta" if duration >= 10 else "demo")


@pytest.mark.parametrize("name", LEADS)
async def test_no_lead_leaves_a_hole(name: str) -> None:
    for style, duration in itertools.product(STYLES, (5, 8, 15, 30, 60, 120)):
        script = await write(LEADS[name], style, duration, MESSAGES[2])
        for section in script.sections:
            text = section.content
            assert text == " ".join(text.split())
            assert "None" not in text
            assert not re.search(r" [.,!?;:]|\.\.|,,|,\.|!\.|& ", text)
            assert text[0].isupper() or not text[0].isalpha() or not text[0].isascii()
            assert text[-1] in ".!?"


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("plain", "Ana,"),
        ("quotes", "Robert,"),
        ("chinese", "王伟,"),
        ("arabic", "محمد,"),
        ("line breaks", "Ana,"),
        ("stops", "Ana,"),
        ("emoji", "Ana,"),
        ("only emoji", "🚀🚀,"),
        ("many words", "Anna,"),
    ],
)
async def test_the_lead_is_greeted_by_the_first_name(name: str, greeted: str) -> None:
    for style in STYLES:
        script = await write(LEADS[name], style)
        assert greeted in script.sections[0].content.split(" ", 2)[1]


async def test_a_name_nobody_can_say_is_not_said() -> None:
    script = await write(LEADS["long words"])
    assert script.sections[0].content.startswith("Hello,")
    assert "AAA" not in str(script)


@pytest.mark.parametrize("style", STYLES)
async def test_a_usual_company_is_named_and_spelled_as_given(style: Style) -> None:
    for company in ("Acme", "IBM", "Contoso Ltd.", 'The "Best" Co', "北京科技"):
        for duration in (30, 60, 120):
            script = await write({"name": "Ana", "company": company}, style, duration)
            said = script.sections[0].content + script.sections[-1].content
            assert company in said


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("duration", (5, 15, 30, 60))
async def test_what_is_not_personal_is_the_same_for_every_lead(style: Style, duration: float) -> None:
    for messages in MESSAGES[1:3]:
        scripts = [await write(lead, style, duration, messages) for lead in LEADS.values()]
        assert len({tuple(body(script)) for script in scripts}) == 1
        assert len({tuple(one.duration_seconds for one in script.sections) for script in scripts}) == 1


@pytest.mark.parametrize("style", STYLES)
async def test_leads_differ_in_how_they_are_addressed(style: Style) -> None:
    leads = [
        {"name": f"{name} Smith", "company": "Acme"} for name in ("Ana", "Ben", "Eva", "Tom", "Zoe", "Max")
    ]
    intros = [(await write(lead, style)).sections[0].content for lead in leads]
    phrased = {re.sub("Ana|Ben|Eva|Tom|Zoe|Max", "", intro) for intro in intros}
    assert len(phrased) > 2


async def test_the_same_order_gives_the_same_script() -> None:
    assert await write(LEADS["plain"], "casual", 60) == await write(LEADS["plain"], "casual", 60)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("duration", GOOD_DURATIONS)
async def test_every_section_has_about_as_many_words_as_its_time(style: Style, duration: float) -> None:
    for messages in (*MESSAGES[:2], ("faster onboarding", "24/7 support")):
        for section in (await write(LEADS["plain"], style, duration, messages)).sections:
            share = spoken_seconds(section.content) / section.duration_seconds
            assert 0.7 <= share <= 0.97, section


@pytest.mark.parametrize("style", STYLES)
async def test_nothing_is_said_twice_even_in_ten_minutes(style: Style) -> None:
    script = await write(LEADS["plain"], style, 600, MESSAGES[2])
    sentences = re.split(r"(?<=[.!?]) ", " ".join(section.content for section in script.sections))
    assert len(sentences) == len(set(sentences)) > 50


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("duration", [30, 45, 60, 120, 600])
async def test_every_key_message_is_told(style: Style, duration: float) -> None:
    messages = ("faster onboarding", "We cut support tickets by half.", "Salesforce integration")
    told = " ".join(
        section.content for section in (await write(LEADS["plain"], style, duration, messages)).sections
    )
    for message in messages:
        assert message in told


async def test_a_long_list_of_messages_does_not_overrun_a_short_video() -> None:
    script = await write(LEADS["plain"], "professional", 10, MESSAGES[3])
    for section in script.sections:
        assert spoken_seconds(section.content) <= section.duration_seconds
    assert "reason number 1" in str(script.sections).lower()


async def test_a_fragment_keeps_the_capital_of_a_name() -> None:
    script = await write(LEADS["plain"], "technical", 45, ("Salesforce integration", "Faster onboarding"))
    told = " ".join(section.content for section in script.sections)
    assert ": Salesforce integration." in told
    assert ": faster onboarding." in told


async def test_an_audience_is_mentioned_if_it_reads_as_one() -> None:
    for audience, said in (("operations leads", True), ("http://x.example/<b>", False), ("", False)):
        brief = make_brief(
            LEADS["plain"], 600, style="professional", duration_seconds=60, target_audience=audience
        )
        script = await OfflineWriter().write(brief)
        assert ("intended for" in str(script)) is said


async def test_proof_comes_in_longer_videos_only() -> None:
    for duration, has in ((30, False), (60, True), (120, True)):
        kinds = [section.scene_type for section in (await write(LEADS["plain"], duration=duration)).sections]
        assert ("proof" in kinds) is has
        assert kinds[0] == "intro" and kinds[1] == "demo" and kinds[-1] == "cta"
