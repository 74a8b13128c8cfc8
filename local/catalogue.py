"""functions.toml: what the local runtime knows of each function."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

NAME_PREFIX = "leadreel-"
ACCOUNT, REGION = "000000000000", "us-east-1"


class Limits(BaseModel):
    """One table of functions.toml; the file's head says what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_mb: int = Field(ge=128, le=10240)
    timeout_seconds: float = Field(gt=0, le=900)
    image: str | None = None
    database: bool = False
    states: bool = False
    secrets: tuple[str, ...] = ()
    heavy: bool = False


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
    tables = TypeAdapter(dict[str, Limits]).validate_python(tomllib.loads(path.read_text()))
    return {
        name: Function(name, f"{package}.{name}.handler.handler", limits) for name, limits in tables.items()
    }
