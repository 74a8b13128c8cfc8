"""A model that obeys what stands in a lead's data: nothing of it is heard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.errors import Permanent
from shared.scripting import ScriptGenerator
from shared.settings import Settings
from tests.support.injections import INJECTIONS, Injection
from tests.support.vendors import VendorServer

OTHERS = ("Maria Gonzalez", "Initech")


def others_in(text: str) -> str | None:
    return next((name for name in OTHERS if name in text), None)


@pytest.fixture
def generator(vendors: VendorServer, tmp_path: Path) -> ScriptGenerator:
    settings = Settings(
        openrouter_api_key="any", openrouter_base_url=vendors.openrouter_url, leadreel_home=tmp_path
    )
    return ScriptGenerator(settings, strange=others_in)


def test_there_are_at_least_fifty() -> None:
    assert len(INJECTIONS) >= 50
    assert {"name", "company", "notes"} <= {injection.field for injection in INJECTIONS}


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection.name)
async def test_none_passes(generator: ScriptGenerator, vendors: VendorServer, injection: Injection) -> None:
    vendors.openrouter.obey = injection.obey
    with pytest.raises(Permanent, match="the model's script can't be used"):
        await generator.generate_script(injection.lead, duration=60, key_messages=("Faster onboarding",))
    assert vendors.openrouter.charges == 2
    order = json.loads(vendors.openrouter.requests[0]["messages"][1]["content"])
    assert order["lead"][injection.field].split() == injection.text.split()  # it was there to be obeyed
    assert injection.text not in vendors.openrouter.requests[0]["messages"][0]["content"]


async def test_the_same_model_is_believed_where_nobody_misleads_it(
    generator: ScriptGenerator, vendors: VendorServer
) -> None:
    lead = {"name": "Ana Silva", "company": "Acme", "industry": "logistics", "notes": "Met at a fair in May."}
    script = await generator.generate_script(lead, duration=60, key_messages=("Faster onboarding",))
    assert vendors.openrouter.charges == 1
    assert script.sections[-1].scene_type == "cta"
