"""docs/policies, and whether they allow something; what AWS's schemas say that a resource takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.support.stacks import ROOT

POLICIES = {path.stem: path for path in sorted((ROOT / "docs" / "policies").glob("*.json"))}


def statements(policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(POLICIES[policy].read_text())["Statement"]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allows(policy: str, action: str, arn: str | None = None) -> bool:
    """arn: None for any resource."""
    return any(
        any(fnmatchcase(action.lower(), each.lower()) for each in listed(one["Action"]))
        and (arn is None or any(fnmatchcase(arn, each) for each in listed(one["Resource"])))
        for one in statements(policy)
    )


def taken_by(kind: str) -> Iterator[str]:
    """Actions that CloudFormation takes to make, read, change and delete a resource of this kind."""
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema["handlers"]
    for step in ("create", "read", "update", "delete"):
        yield from handlers.get(step, {}).get("permissions", [])
