"""What the container images install: all that their functions import, in the versions of the project."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from functions.catalogue import read_limits

ROOT = Path(__file__).parents[3]
FUNCTIONS = {name: limits.image for name, limits in read_limits().items() if limits.image}
IMAGES = sorted(set(FUNCTIONS.values()))
OURS = {"shared", "functions"}
TYPES_ONLY = {"mypy_boto3_s3", "mypy_boto3_stepfunctions"}  # under TYPE_CHECKING
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def pins(path: Path) -> set[tuple[str, str]]:
    return {(plain(name), version) for name, version in _PIN.findall(path.read_text())}


def plain(name: str) -> str:
    """A package's name as every index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def file_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    found = [name for name in (path.with_suffix(".py"), path / "__init__.py") if name.exists()]
    return found[0] if found else None


def lazy_homes(package: str, names: set[str]) -> Iterator[str]:
    """The modules that a package's stub takes these names from, if it loads them when asked for."""
    stub = ROOT / package.replace(".", "/") / "__init__.pyi"
    if stub.exists():
        for node in ast.walk(ast.parse(stub.read_text())):
            if isinstance(node, ast.ImportFrom) and names & {alias.name for alias in node.names}:
                yield f"{package}.{node.module}" if node.level else str(node.module)


def mentioned(path: Path) -> Iterator[str]:
    """Modules, or what may be modules, that a file imports, at once or later, or names for `ask_apart`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = {alias.name for alias in node.names}
            yield node.module
            yield from (f"{node.module}.{name}" for name in names)
            yield from lazy_homes(node.module, names)
        elif isinstance(node, ast.Constant) and re.fullmatch(r"shared(\.\w+)+", str(node.value)):
            yield str(node.value).rpartition(".")[0]


def imported(module: str) -> set[str]:
    """Top names of all that is not ours and that a module, or what it imports, may import."""
    seen: set[str] = set()
    outside: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        top = name.partition(".")[0]
        if top not in OURS:
            outside.add(top)
            continue
        todo += [name.rpartition(".")[0]] if "." in name else []
        path = file_of(name)
        todo += mentioned(path) if path else []
    return outside - set(sys.stdlib_module_names) - TYPES_ONLY


def test_the_way_through_the_imports_finds_what_is_loaded_late() -> None:
    assert {"playwright", "websockets", "boto3", "av"} <= imported("functions.record.handler")
    assert {"imageio_ffmpeg", "PIL", "jinja2"} <= imported("functions.compose.handler")
    assert "playwright" not in imported("functions.compose.handler")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_image_installs_all_that_its_functions_import(function: str) -> None:
    installed = {name for name, _ in pins(ROOT / "layers" / FUNCTIONS[function] / "requirements.txt")}
    known = packages_distributions()
    missing = {
        name
        for name in imported(f"functions.{function}.handler")
        if not installed & {plain(package) for package in known.get(name, [name])}
    }
    assert missing == set()


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_has_the_versions_of_the_project(image: str) -> None:
    mine = pins(ROOT / "layers" / image / "requirements.txt")
    assert len(mine) > 20
    assert mine - pins(ROOT / "requirements.txt") == set()
    assert "awslambdaric" in {name for name, _ in mine}


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_starts_the_function_that_it_is_named_after(image: str) -> None:
    dockerfile = (ROOT / "layers" / image / "Dockerfile").read_text()
    assert dockerfile.endswith(f'CMD ["functions.{image}.handler.handler"]\n')
    assert FUNCTIONS[image] == image
