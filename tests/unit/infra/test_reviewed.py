"""cdk-nag finds nothing in the stacks that no reason explains; cfn-lint finds nothing."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.support.stacks import MORE, ROOT, Synthesised

ROWS: list[dict[str, Any]] = tomllib.loads((ROOT / "infra" / "reviewed.toml").read_text())["reviewed"]
STATED_TWICE = "W3005"
"""The CDK states a dependency that a reference makes anyway."""
ZONES_BY_NAME = "W3010"
"""The CDK asks an account that it knows for its zones."""


def explains(row: dict[str, Any], stage: str, rule: str, where: str) -> bool:
    return (
        stage in row.get("stages", MORE)
        and re.fullmatch(row["rule"], rule) is not None
        and re.fullmatch(row["where"], where.partition("/")[2]) is not None
    )


def test_every_finding_has_its_reason_and_every_reason_a_finding(stacks: Synthesised) -> None:
    unexplained = [
        finding
        for finding in stacks.findings
        if not any(explains(row, stacks.stage, *finding) for row in ROWS)
    ]
    assert unexplained == []
    idle = [
        row["rule"]
        for row in ROWS
        if stacks.stage in row.get("stages", MORE)
        and not any(explains(row, stacks.stage, rule, where) for rule, where in stacks.findings)
    ]
    assert idle == []


def test_a_reason_says_something() -> None:
    assert all(len(row["why"].split()) > 8 for row in ROWS)


def test_cfn_lint_is_content(stacks: Synthesised) -> None:
    templates = sorted(stacks.folder.glob("*.template.json"))
    assert len(templates) == len(stacks.templates)
    lint = Path(sys.executable).with_name("cfn-lint")
    ran = subprocess.run(
        [lint, "--ignore-checks", STATED_TWICE, ZONES_BY_NAME, "--", *templates],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "")
