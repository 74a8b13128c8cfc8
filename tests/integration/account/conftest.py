"""Parts of an AWS account for the tests of what runs in one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.account import Account, served_account


@pytest.fixture(scope="session")
def served() -> Iterator[Account]:
    with served_account() as account:
        yield account


@pytest.fixture
def account(served: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """This process runs in it, as a Lambda would: no profile, no `.env` of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name, value in served.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return served
