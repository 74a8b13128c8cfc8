"""A stage's `__init__` loads on first use: each name is there, and nobody loads what is not asked for."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

STAGES = (
    "accounts",
    "analytics",
    "leads",
    "recording",
    "scripting",
    "voice",
    "composition",
    "hosting",
    "videos",
    "costs",
    "webhooks",
    "workflow",
    "database.models",
)
HEAVY = ("playwright", "av", "numpy", "httpx", "elevenlabs", "boto3", "alembic")


@pytest.mark.parametrize("stage", STAGES)
def test_every_public_name_is_there(stage: str) -> None:
    package = import_module(f"shared.{stage}")
    assert package.__all__
    assert all(getattr(package, name) is not None for name in package.__all__)


@pytest.mark.parametrize(
    ("function", "needs"),
    [
        ("api", set()),
        ("fail", set()),
        ("approve", set()),
        ("ingest_costs", set()),
        ("tend", set()),  # boto3 comes with the first run
        ("deliver", set()),  # httpx comes with what is due
        ("ingest_views", set()),
        ("plan", {"av", "numpy"}),  # clips are named by the libraries that encode them
        ("encode", {"av", "numpy"}),
        ("host", {"av", "numpy"}),
        ("compose", {"av", "numpy"}),
        ("script", {"httpx"}),
    ],
)
def test_a_function_starts_with_what_it_needs(function: str, needs: set[str]) -> None:
    code = f"import sys, functions.{function}.handler; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(loaded.split()) <= needs
