"""The stacks of each stage, synthesised once for all tests of a process."""

from __future__ import annotations

import pytest

from tests.support.stacks import LAYOUTS, Synthesised, synthesise


@pytest.fixture(scope="session", params=LAYOUTS)
def stacks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    stage, region = LAYOUTS[request.param]
    return synthesise(stage, tmp_path_factory.mktemp(request.param), region)
