"""What the zip functions are deployed from, built once."""

from __future__ import annotations

import pytest

from tests.support.zips import Zips, build_zips


@pytest.fixture(scope="session")
def zips() -> Zips:
    return build_zips()
