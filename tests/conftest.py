"""The vendors, for every test that meets them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.vendors import VendorServer


@pytest.fixture
def vendors() -> Iterator[VendorServer]:
    """Both vendors on loopback, counting what they charge."""
    with VendorServer() as server:
        yield server
