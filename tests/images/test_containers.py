"""What a function finds in its container: what Lambda gives it, and nothing more."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.containers.worker import Images, run_command
from local.catalogue import Function, read_functions
from local.product import PROJECT

FUNCTIONS = read_functions(PROJECT / "functions" / "functions.toml")
IMAGED = [name for name, function in FUNCTIONS.items() if function.limits.image]
KILLED = 137

AROUND = """
import json, os, pathlib, resource

def write(folder):
    try:
        (pathlib.Path(folder) / "probe").write_text("x")
    except OSError as error:
        return error.strerror
    return "written"

status = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
print(json.dumps({
    "user": os.getuid(),
    "capabilities": [int(status[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "writes": {at: write(at) for at in ("/", "/var/task", "/opt", "/run", "/var/tmp", "/dev/shm", "/tmp")},
    "files": resource.getrlimit(resource.RLIMIT_NOFILE),
    "processes": resource.getrlimit(resource.RLIMIT_NPROC),
    "environment": dict(os.environ),
    "left": [*os.listdir("/mnt"), *(str(path) for path in pathlib.Path("/etc").glob("pip*"))],
}))
"""

COMPILED = """
import importlib, json, pathlib, sys
importlib.import_module(sys.argv[1])
modules = [module.__spec__ for module in sys.modules.values() if getattr(module, "__spec__", None)]
sources = [spec for spec in modules if (spec.origin or "").endswith(".py")]
print(json.dumps({
    "loaded": sum("/var/task/" in spec.origin for spec in sources),
    "not compiled": [spec.origin for spec in sources if not pathlib.Path(spec.cached).exists()],
}))
"""


def inside(
    images: Images, function: Function, folder: Path, *command: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in the function's container, which is started as the function is."""
    scratch = folder / "tmp"
    scratch.mkdir()
    scratch.chmod(0o1777)
    (folder / "env").write_text("AWS_LAMBDA_FUNCTION_NAME=leadreel-probe\n")
    line = run_command(function, f"leadreel-test-{folder.name}", folder / "env", scratch)
    at = line.index("run") + 1
    line = [*line[:at], "--rm", "--entrypoint", command[0], *line[at:-1], *command[1:]]
    return subprocess.run(
        line, cwd=folder, env=images.environment, capture_output=True, text=True, timeout=120, check=False
    )


def asked(images: Images, name: str, folder: Path, code: str, *arguments: str) -> dict[str, Any]:
    """What Python answers there."""
    done = inside(images, FUNCTIONS[name], folder, "/usr/bin/python3", "-c", code, *arguments)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("name", ["record", "compose"])
def test_a_function_is_a_user_without_rights_who_writes_to_tmp_alone(
    name: str, images: Images, tmp_path: Path
) -> None:
    found = asked(images, name, tmp_path, AROUND)
    assert found["user"] == 993
    assert found["capabilities"] == [0, 0, 0, 0]
    assert [folder for folder, outcome in found["writes"].items() if outcome == "written"] == ["/tmp"]
    assert (found["files"], found["processes"]) == ([1024, 1024], [1000, 1000])


@pytest.mark.parametrize("name", ["record", "compose"])
def test_nothing_of_the_machine_that_built_it_is_in_an_image(
    name: str, images: Images, tmp_path: Path
) -> None:
    found = asked(images, name, tmp_path, AROUND)
    assert found["left"] == []
    assert not {"PIP_CONFIG_FILE", "SSL_CERT_FILE", "HTTPS_PROXY", "DATABASE_URL"} & set(found["environment"])
    history = images.podman(
        "history", "--no-trunc", "--format", "{{.CreatedBy}}", f"localhost/leadreel-{name}"
    )
    assert "certificates.crt" not in history and str(PROJECT) not in history


@pytest.mark.parametrize("name", IMAGED)
def test_all_that_a_function_loads_is_compiled(name: str, images: Images, tmp_path: Path) -> None:
    found = asked(images, name, tmp_path, COMPILED, f"functions.{name}.handler")
    assert found["loaded"] > 20
    assert found["not compiled"] == []


def test_the_recorder_has_fonts_for_every_script(images: Images, tmp_path: Path) -> None:
    listed = inside(images, FUNCTIONS["record"], tmp_path, "/usr/bin/fc-list", ":", "family").stdout
    for family in ("Noto Sans", "Noto Sans Arabic", "Noto Sans CJK SC", "Noto Color Emoji"):
        assert family in listed


def test_a_function_that_takes_more_than_its_memory_is_killed(images: Images, tmp_path: Path) -> None:
    small = FUNCTIONS["compose"]
    small = dataclasses.replace(small, limits=small.limits.model_copy(update={"memory_mb": 128}))
    code = "kept = []\nfor _ in range(300): kept.append(b'x' * (1 << 20))"
    assert inside(images, small, tmp_path, "/usr/bin/python3", "-c", code).returncode == KILLED
