"""docs/deploy.md lists what a deployment needs and takes, all of it."""

from __future__ import annotations

import re

from tests.support.stacks import ROOT, Synthesised

PAGE = (ROOT / "docs" / "deploy.md").read_text()
CALLED = {
    "ApiGatewayV2": "apigateway",
    "CertificateManager": "acm",
    "Cognito": "cognito-idp",
    "Serverless": "serverlessrepo",
    "StepFunctions": "states",
}
"""Services whose actions have another name than their resources."""
UNSEEN = {"backup-storage", "ecr", "ssm", "cloudformation", "kms"}
"""Where images go, which version of the bootstrap there is, stacks in stacks, AWS's own keys, and what a
vault stands on."""


def test_the_deployer_is_told_each_service(stacks: Synthesised) -> None:
    resources = [*stacks.region["Resources"].values(), *stacks.edge["Resources"].values()]
    kinds = {one["Type"].split("::")[1] for one in resources if one["Type"].startswith("AWS::")}
    needed = {CALLED.get(kind, kind.lower()) for kind in kinds - {"CDK"}}
    block = re.search(r"needs these services:\n\n((?:    .+\n)+)", PAGE)
    assert block is not None
    told = set(block[1].split())
    assert needed - told == set()
    assert stacks.stage != "prod" or told - needed - UNSEEN == set()


def test_each_value_that_is_read_is_listed() -> None:
    read = set(re.findall(r'node, "(\w+)"', (ROOT / "infra" / "stages.py").read_text()))
    listed = {
        name
        for row in re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"`([a-z_]+)`", row)
    }
    assert listed == read
