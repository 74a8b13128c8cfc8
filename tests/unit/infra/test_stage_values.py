"""What may be said of a stage, and where it comes to stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App

from infra.stages import KNOWN, SIZES, Stage, WrongContext, read_stage
from tests.support.stacks import ROOT, Synthesised


def said(file: Path | None = None, **context: object) -> Stage:
    return read_stage(App(context=context).node, "us-east-1", file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stages.toml"


def test_the_network_is_in_the_zones_that_were_named(stacks: Synthesised) -> None:
    zones = [one["Properties"]["AvailabilityZone"] for one in stacks.of("AWS::EC2::Subnet").values()]
    if stacks.stage == "staging":  # whose context names them
        assert zones == ["us-east-1b", "us-east-1c"] * 3
    else:
        assert len({str(zone) for zone in zones}) == SIZES[stacks.stage].zones
        assert "us-east-1b" not in str(zones)


@pytest.mark.parametrize("wrong", ["us-east-1a", "us-east-1a,us-east-1a", "use1-az1,use1-az2", "eu-west-1a"])
def test_zones_that_are_too_few_or_none_are_named(wrong: str) -> None:
    with pytest.raises(WrongContext, match=r"^zones: "):
        said(stage="prod", zones=wrong)


def test_what_may_stand_in_the_file_is_what_is_read() -> None:
    read = set(re.findall(r'node, "(\w+)"', (ROOT / "infra" / "stages.py").read_text()))
    assert read == KNOWN | {"stage"}


def test_a_stage_is_as_its_table_says(file: Path) -> None:
    file.write_text("""
        [dev]
        admin_email = "dev@acme.example"

        [prod]
        admin_email = "ana@acme.example"
        budget_usd = 250
        reserve_concurrency = true
        vendors = ["elevenlabs", "openrouter"]
        programs = "crm,mailer"
        zones = ["us-east-1a", "us-east-1b"]
        keys = 2
    """)
    stage = said(file, stage="prod")
    assert (stage.admin_email, stage.budget_usd, stage.reserve_concurrency, stage.keys) == (
        "ana@acme.example", 250, True, "2",
    )  # fmt: skip
    assert (stage.vendors, stage.programs) == (("elevenlabs", "openrouter"), ("crm", "mailer"))
    assert stage.zones == ("us-east-1a", "us-east-1b")
    assert said(file).admin_email == "dev@acme.example"
    assert said(file, stage="staging") == said(stage="staging")  # of which it says nothing


def test_the_command_line_wins_over_the_file(file: Path) -> None:
    file.write_text('[prod]\nbudget_usd = 250\nadmin_email = "ana@acme.example"\nalarm_email = "a@b.example"')
    stage = said(file, stage="prod", budget_usd="300", alarm_email="")
    assert (stage.budget_usd, stage.admin_email, stage.alarm_email) == (300, "ana@acme.example", None)


def test_without_the_file_the_defaults_stand(file: Path) -> None:
    assert said(file, stage="prod") == said(stage="prod")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[prod]\nvendor = 'elevenlabs'", r"stages\.toml \[prod\], vendor: is none of .*vendors"),
        ("[dev]\nELEVENLABS_API_KEY = 'k'", r"stages\.toml \[dev\], ELEVENLABS_API_KEY: is none of"),
        ("[live]\nkeys = 2", r"stages\.toml, live: no table of dev, staging, prod"),
        ("dev = 1", r"stages\.toml, dev: no table of"),
        ("[prod", r"stages\.toml: Expected"),
        ("[prod]\nbudget_usd = 'much'", r"stages\.toml \[prod\], budget_usd: 'much' is no whole number"),
        ("[prod]\nbudget_usd = 1.5", r"stages\.toml \[prod\], budget_usd: 1\.5 is no text"),
        ("[prod]\nvendors = [1]", r"stages\.toml \[prod\], vendors: \[1\] is no text"),
        ("[prod]\nvendors = ['loom']", r"stages\.toml \[prod\], vendors: 'loom' is none of elevenlabs"),
        ("[prod]\nreserve_concurrency = 1", r"stages\.toml \[prod\], reserve_concurrency: '1' is none of"),
        ("[prod]\ndomain = 'a.example'", r"stages\.toml \[prod\], domain: needs zone_id and zone_name"),
        ("[prod]\nzones = ['us-east-1a']", r"stages\.toml \[prod\], zones: us-east-1a are too few"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_by_file_and_name(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(WrongContext, match=f"^{told}"):
        said(file, stage="prod")


def test_a_wrong_value_of_the_command_line_is_not_the_files(file: Path) -> None:
    file.write_text("[prod]\nbudget_usd = 250")
    with pytest.raises(WrongContext, match=r"^budget_usd: 'much'"):
        said(file, stage="prod", budget_usd="much")


def test_the_application_takes_the_file_beside_it(file: Path) -> None:
    file.write_text("[dev]\nbudget_usd = 'much'")
    shutil.copy(ROOT / "app.py", file.parent)
    made = subprocess.run(
        [sys.executable, file.with_name("app.py")],
        capture_output=True, text=True, timeout=60, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "WrongContext: stages.toml [dev], budget_usd: 'much' is no whole number" in made.stderr


@pytest.mark.parametrize(
    "wrong", ["nobody", "<ana@acme.com>", "Silva, Ana <ana@acme.com>", "ana@acme.com (Ana)"]
)
def test_mail_is_from_whom_the_settings_take(wrong: str) -> None:
    """FROM_EMAIL is in every function's environment, and a wrong one would stop them all."""
    assert said(from_email="Ana Silva <ana@acme.com>").from_email == "Ana Silva <ana@acme.com>"
    with pytest.raises(WrongContext, match=r"^from_email: "):
        said(from_email=wrong)
