"""The zip functions as they are deployed, under AWS's emulator of Lambda, out of reach of .venv."""

from __future__ import annotations

import os
import platform
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from functions.catalogue import Limits
from local.product import PROJECT
from tests.support.processes import eventually

ARCHITECTURE = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
INVOKE = "/2015-03-31/functions/function/invocations"
_LOADED = re.compile(r"^# (?:code object from|extension module .* loaded from) '(.+)'$", re.MULTILINE)


@dataclass(frozen=True)
class Zips:
    """folder: with `code` and `layer/python`. python: what compiled them and runs them. emulator: with AWS's
    program and the runtime's client."""

    folder: Path
    python: Path
    emulator: Path

    @property
    def path(self) -> tuple[Path, ...]:
        """What may be imported besides Python's own library."""
        return self.folder / "code", self.folder / "layer" / "python", self.emulator / "runtime"


def build(folder: Path, python: str = "") -> None:
    """As `make build` does, for this machine. python: whose version it is for; Lambda's unless given."""
    script = PROJECT / "layers" / "python" / "build.sh"
    subprocess.run(
        [script, ARCHITECTURE, python, folder],
        check=True, capture_output=True, text=True, timeout=280, env=os.environ | {"VENV": sys.prefix},
    )  # fmt: skip


def build_zips() -> Zips:
    """Into build/tested, which is nobody's who deploys; what is there already is not built again.

    On a machine without a Python of Lambda's version build.sh takes this one, and the same is tried.

    Raises:
        CalledProcessError: the build failed, whichever Python it is for.
    """
    folder, emulator = PROJECT / "build" / "tested", PROJECT / "build" / "emulator"
    build(folder)
    python = (folder / "python").read_text().strip()
    subprocess.run(
        [PROJECT / "layers" / "python" / "emulator.sh", python, emulator],
        check=True, capture_output=True, text=True, timeout=120, env=os.environ | {"VENV": sys.prefix},
    )  # fmt: skip
    return Zips(folder, Path(python), emulator)


@dataclass(frozen=True)
class Emulated:
    """A function that waits for events. log: what it and the emulator print."""

    url: str
    log: Path

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Its answer, or {errorMessage, errorType, stackTrace…}."""
        return httpx.post(self.url + INVOKE, json=event, timeout=60).json()

    def loaded(self) -> set[Path]:
        """The files that its Python has loaded modules from, compiled or not."""
        return {Path(found) for found in _LOADED.findall(self.log.read_text())}


@contextmanager
def emulated(
    zips: Zips, name: str, limits: Limits, settings: Mapping[str, str], scratch: Path
) -> Iterator[Emulated]:
    """A cold start. -S leaves out the Python's own site-packages, and -v tells of every import."""
    own, served = _free_port(), _free_port()
    log = scratch / f"{name}.log"
    command: list[str | Path] = [
        zips.emulator / "aws-lambda-rie",
        "--runtime-api-address", f"127.0.0.1:{own}",
        "--runtime-interface-emulator-address", f"127.0.0.1:{served}",
        zips.python, "-S", "-P", "-v", "-m", "awslambdaric", f"functions.{name}.handler.handler",
    ]  # fmt: skip
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "en_US.UTF-8",
        "TZ": ":UTC", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ":".join(map(str, zips.path)),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{zips.python.resolve().name.removeprefix('python')}",
        "AWS_LAMBDA_FUNCTION_NAME": f"leadreel-test-{name}", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(limits.memory_mb),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": f"{limits.timeout_seconds:.0f}",
        "LAMBDA_TASK_ROOT": str(zips.folder / "code"), "AWS_REGION": "us-east-1", **settings,
    }  # fmt: skip
    with log.open("wb") as told:
        process = subprocess.Popen(
            command, cwd=scratch, env=environment, stdout=told, stderr=told, start_new_session=True
        )
    try:
        eventually(lambda: _answers(served))
        yield Emulated(f"http://127.0.0.1:{served}", log)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def contents(folder: Path) -> dict[str, bytes]:
    """Each file by its path, byte for byte."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
