"""What the local runtime runs: the same functions and definitions that are deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.asl import Machine, load_machine
from local.catalogue import Function, read_functions

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Product:
    """What the runtime runs.

    functions: functions.toml. machines: definitions by name; unless given, every *.asl.json beside
    functions.toml. task_root: the folder that holds `package`, whose modules are `{package}.{name}.handler`.
    demo_site: a folder of pages, or None.
    """

    functions: Path = PROJECT / "functions" / "functions.toml"
    machines: Mapping[str, Path] | None = None
    task_root: Path = PROJECT
    package: str = "functions"
    demo_site: Path | None = PROJECT / "local" / "demo_site"

    def read(self) -> tuple[dict[str, Function], dict[str, Machine]]:
        """Functions and state machines by name. Raises DefinitionRefused."""
        functions = read_functions(self.functions, self.package)
        found = self.functions.parent.glob("*.asl.json")
        paths = {path.name.split(".")[0]: path for path in found} if self.machines is None else self.machines
        return functions, {name: load_machine(path.read_text(), functions) for name, path in paths.items()}
