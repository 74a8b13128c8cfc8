"""The functions as the local runtime calls them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from functions.catalogue import Limits, read_limits

NAME_PREFIX = "leadreel-"
ACCOUNT, REGION = "000000000000", "us-east-1"


@dataclass(frozen=True)
class Function:
    """A function by its short name (`record`), its handler and its limits."""

    name: str
    handler: str
    limits: Limits

    @property
    def full_name(self) -> str:
        return NAME_PREFIX + self.name

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.full_name}"


def read_functions(path: Path, package: str = "functions") -> dict[str, Function]:
    """Read functions.toml. Handlers are `{package}.{name}.handler.handler`."""
    found = read_limits(path)
    return {
        name: Function(name, f"{package}.{name}.handler.handler", limits) for name, limits in found.items()
    }
