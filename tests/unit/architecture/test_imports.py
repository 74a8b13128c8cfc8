"""The tree's rules, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
GROUND = {
    "storage",
    "database",
    "egress",
    "workflow",
    "settings",
    "errors",
    "observability",
    "values",
    "html",
    "media",
}
VENDORS = {
    "elevenlabs": {"shared/voice/elevenlabs.py"},
    "boto3": {
        "shared/database/iam.py",
        "shared/mail/ses.py",
        "shared/secrets.py",
        "shared/storage/opening.py",
        "shared/storage/s3.py",
        "shared/workflow/executions.py",
    },
    "botocore": {
        "shared/database/iam.py",
        "shared/mail/ses.py",
        "shared/secrets.py",
        "shared/storage/s3.py",
        "shared/workflow/executions.py",
    },
    "playwright": {"shared/recording"},
    "espeakng_loader": {"shared/voice/espeak.py", "shared/voice/offline.py", "local/doctor.py"},
}


def modules(folder: str) -> Iterator[Path]:
    yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_shared_imports_nothing_of_the_folders_above_and_below() -> None:
    wrong = [
        f"{place(path)} imports {name}"
        for path in modules("shared")
        for name in imports(path)
        if name.split(".")[0] in {"functions", "infra", "local", "tests"}
    ]
    assert wrong == []


def test_functions_import_shared_only_and_never_each_other() -> None:
    wrong = [
        f"{place(path)} imports {name}"
        for path in modules("functions")
        for name in imports(path)
        if name.split(".")[0] in {"functions", "infra", "local", "tests"}
        and not name.startswith(".".join(path.relative_to(ROOT).parts[:2]))
    ]
    assert wrong == []


def test_a_stage_imports_another_through_its_init_only() -> None:
    wrong = []
    for path in modules("shared"):
        stage = path.relative_to(ROOT / "shared").parts[0]
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "shared" and len(parts) > 2 and parts[1] not in GROUND | {stage}:
                wrong.append(f"{place(path)} imports {name}")
    assert wrong == []


def test_a_vendors_sdk_is_imported_only_in_its_adapter() -> None:
    wrong = []
    for folder in ("shared", "functions", "local"):
        for path in modules(folder):
            for name in imports(path):
                homes = VENDORS.get(name.split(".")[0])
                if homes is not None and not any(place(path).startswith(home) for home in homes):
                    wrong.append(f"{place(path)} imports {name}")
    assert wrong == []


def test_handlers_only_translate() -> None:
    long = {
        place(path): len(path.read_text().splitlines())
        for path in sorted((ROOT / "functions").glob("*/handler.py"))
        if len(path.read_text().splitlines()) > 30
    }
    assert long == {}
