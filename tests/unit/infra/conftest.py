"""The stacks of each stage, synthesised once for all tests of a process."""

from __future__ import annotations

import pytest

from tests.support.stacks import MORE, Synthesised, synthesise


@pytest.fixture(scope="session", params=list(MORE))
def stacks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return synthesise(request.param, tmp_path_factory.mktemp(request.param))
