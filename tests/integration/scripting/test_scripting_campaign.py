"""A campaign: one call writes for all its leads, and each hears their own name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Permanent
from shared.scripting import Script, ScriptGenerator
from shared.settings import Settings
from tests.support.vendors import VendorServer

MESSAGES = ("Faster onboarding",)
LEADS: list[dict[str, Any]] = [
    {"name": "Ana Silva", "company": "Acme Inc.", "email": "ana@acme.example", "notes": "Met in May."},
    {"name": "Ben {first_name|x}", "company": "https://evil.example"},
    {"name": "王伟"},
    {
        "name": "Dr. Eva Müller-Lüdenscheidt, PhD and much else that nobody could ever say aloud",
        "company": "",
    },
]
GOOD = {
    "intro": "Hi {first_name|there}. This is for {company|your team}.",
    "demo": "This is the page. Faster onboarding is what it is about.",
    "cta": "{first_name|If you like it}, just reply. Thank you for watching.",
}


@pytest.fixture
def settings(vendors: VendorServer, tmp_path: Path) -> Settings:
    return Settings(
        openrouter_api_key="any", openrouter_base_url=vendors.openrouter_url, leadreel_home=tmp_path
    )


def template(**changes: str) -> str:
    sections = [
        {"title": kind, "content": content, "duration_seconds": 10, "scene_type": kind}
        for kind, content in (GOOD | changes).items()
    ]
    return json.dumps({"sections": sections})


@pytest.fixture
def written(settings: Settings) -> Callable[..., Any]:
    async def write(lead: dict[str, Any], **more: Any) -> Script:
        generator = ScriptGenerator(settings)
        order = {"duration": 30, "key_messages": MESSAGES, "mode": "campaign"} | more
        return await generator.generate_script(lead, **order)

    return write


async def test_one_call_serves_every_lead_and_carries_nobodys_data(
    written: Callable[..., Any], vendors: VendorServer
) -> None:
    vendors.openrouter.contents.append(template())
    scripts = [await written(lead) for lead in LEADS]
    assert vendors.openrouter.charges == 1
    sent = json.dumps(vendors.openrouter.requests, ensure_ascii=False)
    assert not any(word in sent for word in ("Ana", "Acme", "Silva", "acme.example", "Met in May", "王伟"))
    assert [script.ai_cost == 0 for script in scripts] == [False, True, True, True]
    assert [script.sections[0].content for script in scripts] == [
        "Hi Ana. This is for Acme Inc.",
        "Hi Ben. This is for your team.",
        "Hi 王伟. This is for your team.",
        "Hi Eva. This is for your team.",
    ]
    assert all(sum(section.duration_seconds for section in script.sections) == 30 for script in scripts)


async def test_sentences_without_a_variable_are_marked_as_everybodys(
    written: Callable[..., Any], vendors: VendorServer
) -> None:
    vendors.openrouter.contents.append(template())
    script = await written(LEADS[0])
    assert [(piece.text, piece.personal) for section in script.sections for piece in section.spoken] == [
        ("Hi Ana. This is for Acme Inc.", True),
        ("This is the page. Faster onboarding is what it is about.", False),
        ("Ana, just reply.", True),
        ("Thank you for watching.", False),
    ]
    assert script.sections[2].spoken[0].usual == "If you like it, just reply."


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"intro": "Hi {first_name}. This is for {company|you}."}, "has no fallback"),
        ({"intro": "Hi {first_name|}. This is for {company|you}."}, "has no fallback"),
        ({"intro": "Hi {first_name|there}. This is for {email|you}, {company|x}."}, "none of them"),
        ({"intro": "Hi {{first_name|there}}. This is for {company|you}."}, "brace"),
        ({"intro": "Hi there. This is for {company|you}.", "cta": "Just reply."}, "first_name"),
        ({"intro": "Hi {first_name|there}. A look."}, "company"),
        ({"demo": "Faster onboarding at {company|evil.com}."}, "not to be said"),
        ({"demo": "Faster onboarding, 40% faster."}, "figures"),
        ({"demo": "The page."}, "not covered"),
        ({"demo": "Faster onboarding. " * 40}, "too long"),
    ],
)
async def test_a_template_that_would_not_fit_everybody_is_sent_back(
    written: Callable[..., Any], vendors: VendorServer, changes: dict[str, str], complaint: str
) -> None:
    vendors.openrouter.contents.extend([template(**changes), template()])
    await written(LEADS[2])
    assert complaint in vendors.openrouter.requests[1]["messages"][-1]["content"]


async def test_words_to_avoid_are_avoided_and_the_brand_reaches_the_model(
    written: Callable[..., Any], vendors: VendorServer
) -> None:
    vendors.openrouter.contents.extend([template(demo="Faster onboarding, with synergy.")] * 2)
    brand = {"tone": "dry", "avoid": ["synergy"], "use": ["the inbox"]}
    with pytest.raises(Permanent, match="'synergy' is among the words to avoid"):
        await written(LEADS[0], brand=brand, target_audience="heads of support", language="en")
    order = json.loads(vendors.openrouter.requests[0]["messages"][1]["content"])
    assert order["brand"] == {"tone": "dry", "use": ["the inbox"], "avoid": ["synergy"]}
    assert (order["target_audience"], order["language"]) == ("heads of support", "en")


async def test_a_slow_voice_gets_fewer_words(written: Callable[..., Any], vendors: VendorServer) -> None:
    vendors.openrouter.contents.extend([template(), template()])
    await written(LEADS[0])
    await written(LEADS[0], tempo=1.5)
    orders = [json.loads(one["messages"][1]["content"]) for one in vendors.openrouter.requests]
    assert orders[1]["word_budget"] < orders[0]["word_budget"] / 1.4
    assert orders[1]["words_per_second"] < orders[0]["words_per_second"]


async def test_models_have_short_names_and_fallbacks(settings: Settings, vendors: VendorServer) -> None:
    several = Settings(
        **settings.model_dump(exclude={"ai_models", "openrouter_fallback_models"}, exclude_unset=True),
        openrouter_fallback_models="claude-3-haiku, mine",
        ai_models="mine=acme/model",
        _env_file=None,
    )
    await ScriptGenerator(several).generate_script(LEADS[0], duration=30, ai_model="GPT-4")
    (request,) = vendors.openrouter.requests
    assert request["model"] == "openai/gpt-4o"
    assert request["models"] == ["openai/gpt-4o", "anthropic/claude-3-haiku", "acme/model"]
