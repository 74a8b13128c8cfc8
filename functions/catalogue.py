"""functions.toml: what the stacks and the local runtime know of each function."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from shared.grants import Grants

Deed = Literal["check", "start", "look", "stop", "answer"]
"""What may be asked of Step Functions, as the port `Executions` has it; `answer` is to succeed or to fail."""


class Limits(BaseModel):
    """One table of functions.toml; the file's head says what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_mb: int = Field(ge=128, le=10240)
    timeout_seconds: float = Field(gt=0, le=900)
    disk_mb: int = Field(512, ge=512, le=10240)
    image: str | None = None
    database: bool = False
    states: tuple[Deed, ...] = ()
    secrets: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    heavy: bool = False
    unattended: bool = False

    @property
    def lists(self) -> bool:
        """Whether it may list keys. Who opens strangers' pages lists nothing: names tell where pages are."""
        return bool(self.reads) and self.database

    def grants(self, function: str) -> Grants:
        """What the function of this name may do with storage."""
        return Grants(
            function=function, reads=self.reads, writes=self.writes, deletes=self.deletes, lists=self.lists
        )


CATALOGUE = Path(__file__).with_name("functions.toml")


def read_limits(path: Path = CATALOGUE) -> dict[str, Limits]:
    """Each function's limits, by its short name."""
    return TypeAdapter(dict[str, Limits]).validate_python(tomllib.loads(path.read_text()))
